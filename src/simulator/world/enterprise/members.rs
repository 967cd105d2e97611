//! Making members: the code that is sent to a telephone of their own, and the rules for names, passwords
//! and telephones. A password is looked at and never kept.

use super::{
    super::{
        Cause, Kind, Refusal, World,
        balances::Balances,
        dice::Dice,
        refuse,
        times::{DAY, MINUTE, Millis, Versions},
    },
    Member, status,
};

/// A code that was made for a telephone.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) at: Millis,
    pub(crate) phone: String,
    pub(crate) code: String,
    pub(crate) expires: Millis,
    pub(crate) language: &'static str,
    /// The name that the message says.
    pub(crate) member: String,
    /// Whether it could be sent.
    pub(crate) sent: bool,
    /// Whether a member was made with it.
    pub(crate) used: bool,
}

/// A member to make, well formed but not yet judged.
#[derive(Debug, Clone)]
pub(crate) struct NewMember {
    pub(crate) party_id: String,
    pub(crate) name: String,
    pub(crate) display_name: Option<String>,
    pub(crate) permissions: Vec<String>,
    /// Its own telephone with the code that was sent to it; the master's without.
    pub(crate) phone: Option<(String, String)>,
    pub(crate) custody: bool,
}

/// What the custody of a member's money brings.
pub(crate) const OF_CUSTODY: [&str; 3] =
    ["READ_FINANCE_INFO", "READ_CONSUME_BILL", "SHARE-BIZ-DISCOUNT-TO-SUB"];

impl World {
    /// Sends a code to a telephone.
    pub(crate) fn send_code(
        &mut self,
        cause: &Cause,
        account: usize,
        phone: &str,
        minutes: i64,
        (language, member): (&'static str, &str),
    ) -> Result<(), Refusal> {
        if self.accounts[account].kind == Kind::Member && self.accounts[account].custodian.is_some() {
            return Err(refuse("CBC.70300009", "The account is a member whose money is in custody."));
        }
        self.must_be_master(account)?;
        let today = self.enterprise.messages.iter().rev().take_while(|sent| sent.at > cause.at - DAY);
        let so_many = today.filter(|sent| sent.phone == phone).count();
        if so_many >= self.settings.codes_a_day as usize {
            return Err(refuse("CBC.99000082", "Too many verification codes have been sent."));
        }
        let nth = self.enterprise.messages.len() as u64;
        let code = format!("{:06}", Dice::new(self.seed ^ 0x5115 ^ (nth << 20)).roll(1_000_000));
        // The documents say 10 minutes at first, and that more than 60 are taken for 5.
        let minutes = if minutes > 60 { 5 } else { minutes };
        let sent = !self.settings.telephones_unreachable;
        self.enterprise.messages.push(Message {
            at: cause.at,
            phone: phone.to_owned(),
            code,
            expires: cause.at + minutes * MINUTE,
            language,
            member: member.to_owned(),
            sent,
            used: false,
        });
        self.record(cause, account, "send_sms_verification_code", phone);
        if sent { Ok(()) } else { Err(refuse("CBC.99004003", "The code was made but could not be sent.")) }
    }

    /// Makes a member; it is normal a while later. The password is only looked at.
    pub(crate) fn create_member(
        &mut self,
        cause: &Cause,
        account: usize,
        new: NewMember,
        password: &str,
    ) -> Result<(), Refusal> {
        self.must_be_master(account)?;
        let node = self
            .enterprise
            .node(&new.party_id)
            .ok_or_else(|| refuse("CBC.0100", "The parameter party_id is incorrect."))?;
        let known = |name: &str| {
            let names = self.enterprise.members.iter().map(|member| &member.name);
            names.chain(self.accounts.iter().map(|account| &account.name)).any(|taken| taken == name)
        };
        if !is_account_name(&new.name) || known(&new.name) {
            return Err(refuse("CBC.99000031", "The account name is invalid."));
        }
        if !is_password(password) {
            return Err(refuse("CBC.99000036", "The password format is incorrect."));
        }
        let today = self.enterprise.members.iter().filter(|member| member.created > cause.at - DAY);
        if today.count() >= self.settings.members_a_day as usize {
            return Err(refuse("CBC.99007197", "Requests from your IP address are throttled."));
        }
        let message = match &new.phone {
            Some((phone, code)) => Some(self.code_of(cause.at, phone, code)?),
            None => None,
        };
        if let Some(message) = message {
            self.enterprise.messages[message].used = true;
        }
        let mut dice = Dice::new(self.seed ^ 0x3E3B_E200 ^ ((self.enterprise.members.len() as u64) << 40));
        let id = dice.hex(32);
        let mut state = Versions::new(0, status::BEING_CREATED);
        state.plan(cause.at + self.settings.member_creation_ms, status::NORMAL);
        let permissions = if new.custody { OF_CUSTODY.map(str::to_owned).to_vec() } else { new.permissions };
        self.enterprise.members.push(Member {
            id: id.clone(),
            display_name: new.display_name.unwrap_or_else(|| new.name.clone()),
            name: new.name,
            node,
            created: cause.at,
            status: state,
            account: None,
            custody: new.custody,
            same_entity: true,
            shares_credit: true,
            permissions,
            phone: new.phone.map(|(phone, _)| phone),
            balances: Versions::new(0, nothing()),
            coupons: Vec::new(),
            handed: Versions::new(0, 0),
            dated: Versions::new(0, Vec::new()),
        });
        self.record(cause, account, "create_sub_enterprise_account", &id);
        Ok(())
    }

    fn must_be_master(&self, account: usize) -> Result<(), Refusal> {
        match self.accounts[account].kind {
            Kind::Master => Ok(()),
            Kind::Ordinary | Kind::Member => {
                Err(refuse("CBC.70300008", "The account is not an enterprise master."))
            }
        }
    }

    /// The newest code of a telephone that may be used for another member.
    fn code_of(&self, now: Millis, phone: &str, code: &str) -> Result<usize, Refusal> {
        if self.enterprise.reported.iter().any(|reported| reported == phone) {
            return Err(refuse("CBC.99000051", "The mobile number has been reported."));
        }
        for member in self.enterprise.members.iter().filter(|m| m.phone.as_deref() == Some(phone)) {
            if *member.status.at(now) != status::CLOSED {
                return Err(refuse("CBC.99000029", "The mobile number is already in use."));
            }
            if member.created > now - self.settings.phone_rests_ms {
                return Err(refuse("CBC.99000030", "The mobile number has been used too often."));
            }
        }
        let found = self.enterprise.messages.iter().rposition(|sent| sent.phone == phone);
        let Some(at) = found.filter(|at| {
            let sent = &self.enterprise.messages[*at];
            sent.code == code && !sent.used
        }) else {
            return Err(refuse("CBC.99000026", "The verification code is incorrect."));
        };
        if self.enterprise.messages[at].expires <= now {
            return Err(refuse("CBC.99000027", "The verification code has expired."));
        }
        Ok(at)
    }
}

/// No money at all.
pub(crate) fn nothing() -> Balances {
    Balances { cash: 0, designated: 0, credit_limit: 0, credit_used: 0, debt: 0 }
}

/// Letters, digits, hyphens and underscores, a letter first.
fn is_account_name(name: &str) -> bool {
    (6..=32).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// 8 to 32 visible characters of at least two sorts.
fn is_password(password: &str) -> bool {
    let sorts = [
        password.chars().any(|c| c.is_ascii_lowercase()),
        password.chars().any(|c| c.is_ascii_uppercase()),
        password.chars().any(|c| c.is_ascii_digit()),
        password.chars().any(|c| c.is_ascii_punctuation()),
    ];
    (8..=32).contains(&password.len())
        && password.chars().all(|c| c.is_ascii_graphic())
        && sorts.into_iter().filter(|sort| *sort).count() >= 2
}
