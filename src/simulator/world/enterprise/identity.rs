//! The real names behind the accounts, and who has enterprise projects.

use super::super::{
    Cause, Refusal, World,
    dice::Dice,
    refuse,
    times::{MINUTE, Millis},
};

/// How long a code for checking a face lasts.
const CODE: Millis = 10 * MINUTE;

/// How far the check of a real name has come, as the wire has it.
pub(crate) mod verified {
    pub(crate) const NOT: i8 = -1;
    pub(crate) const VERIFIED: i8 = 2;
    pub(crate) const PERSON: u8 = 0;
    pub(crate) const ENTERPRISE: u8 = 1;
}

/// How far the check of a real name has come, and as what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RealName {
    pub(crate) status: i8,
    pub(crate) kind: Option<u8>,
}

impl World {
    /// The real name behind an account as it was known at a moment.
    pub(crate) fn real_name(&self, account: usize, at: Millis) -> RealName {
        let unknown = RealName { status: verified::NOT, kind: None };
        self.enterprise.real_names.get(account).map_or(unknown, |known| *known.at(at))
    }

    /// Huawei has checked a real name, or begins to.
    pub(crate) fn set_real_name(
        &mut self,
        cause: &Cause,
        account: usize,
        name: RealName,
    ) -> Result<(), Refusal> {
        let known = name.kind.is_none_or(|kind| kind <= verified::ENTERPRISE);
        let fits = (name.status == verified::NOT) == name.kind.is_none();
        let Some(names) = self.enterprise.real_names.get_mut(account) else {
            return Err(refuse("CBC.0100", "No such account."));
        };
        if !(-1..=2).contains(&name.status) || !known || !fits {
            return Err(refuse("CBC.0100", "No such real name."));
        }
        names.put(cause.at, name);
        self.record(cause, account, "real_name", &name.status.to_string());
        Ok(())
    }

    /// What a code says that lets a person have the face checked. It is another one every ten minutes.
    pub(crate) fn face_check(&self, account: usize, at: Millis) -> String {
        let nth = at.div_euclid(CODE).cast_unsigned();
        let token = Dice::new(self.seed ^ 0xFACE ^ ((account as u64) << 56) ^ (nth << 16)).hex(32);
        format!("https://realname.simulated.example/face-auth?token={token}")
    }

    /// Opens enterprise projects for an account. They stay open.
    pub(crate) fn open_projects(&mut self, cause: &Cause, account: usize) -> Result<(), Refusal> {
        let unmet = |check| Err(refuse("CBC.99007004", format!("The business check is not met: {check}.")));
        let enterprise = RealName { status: verified::VERIFIED, kind: Some(verified::ENTERPRISE) };
        if self.real_name(account, cause.at) != enterprise {
            return unmet("SELF_OPEN_ONLY_FOR_ENT_AND_INTR_CUST");
        }
        if self.enterprise.with_projects.contains(&account) {
            return if self.settings.reopening_projects_refused {
                unmet("NOT_OPEN_MULTI_PROJECT")
            } else {
                Ok(())
            };
        }
        self.enterprise.with_projects.insert(account);
        let subject = self.accounts[account].domain_id.clone();
        self.record(cause, account, "create_enterprise_project_auth", &subject);
        Ok(())
    }
}
