//! Who may do what: roles, the permissions they grant, and the accounts a person was given.
//! It decides nothing about routes and reads no database.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::i18n::Locale;

/// One thing that a person may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See orders, what was paid, refunds and coupons of the accounts in scope.
    ViewOrders,
    /// Take lists out of the portal as files.
    Export,
    /// Ask for an order to be paid.
    PayOrders,
    /// Ask for an order to be cancelled.
    CancelOrders,
    /// See the yearly/monthly resources of the accounts in scope, and when they expire.
    ViewResources,
    /// Ask for the renewal of a resource to be ordered.
    RenewResources,
    /// Ask for what happens at the expiry of resources to be set, and the days on which it does.
    SetRenewal,
    /// Ask for resources to become pay-per-use at once.
    ConvertResources,
    /// Ask for a resource to be unsubscribed.
    UnsubscribeResources,
    /// See coupons, stored-value cards, balances and what moved them, of the accounts in scope.
    ViewFunds,
    /// See resource packages of the accounts in scope and how much of them is used.
    ViewPackages,
    /// Say from when on a package counts as low.
    SetThresholds,
    /// Ask for prices, and see and keep quotes.
    ViewPrices,
    /// See the operations of the accounts in scope.
    ViewActivity,
    /// Agree to or reject what somebody else asked for.
    Approve,
    /// Close an operation whose outcome a person must judge.
    Review,
    /// Ask for data to be read from BSS again now.
    Refresh,
    /// Manage the portal's people.
    ManageUsers,
    /// Manage cloud accounts and their credentials.
    ManageAccounts,
    /// See jobs, health and settings of the portal itself.
    ViewSystem,
}

/// What a person is here for. One role per person; user administration and money never meet in
/// one role (`operations.md` §1.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Reads and asks for money to move.
    Finance,
    /// Reads and agrees to what others asked for.
    Approver,
    /// Manages people, accounts and the portal.
    Admin,
}

impl Role {
    /// Every role, least able first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Finance, Self::Approver, Self::Admin];

    /// The name in the database and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Finance => "finance",
            Self::Approver => "approver",
            Self::Admin => "admin",
        }
    }

    /// Whether the role carries `permission`.
    pub const fn grants(self, permission: Permission) -> bool {
        use Permission as P;
        match permission {
            P::ViewOrders
            | P::ViewResources
            | P::ViewFunds
            | P::ViewPackages
            | P::ViewPrices
            | P::Export
            | P::ViewActivity
            | P::Refresh => true,
            P::PayOrders
            | P::CancelOrders
            | P::RenewResources
            | P::SetRenewal
            | P::SetThresholds
            | P::ConvertResources
            | P::UnsubscribeResources => matches!(self, Self::Finance),
            P::Approve => matches!(self, Self::Approver),
            P::Review => matches!(self, Self::Finance | Self::Approver),
            P::ManageUsers | P::ManageAccounts | P::ViewSystem => matches!(self, Self::Admin),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown role {0:?}: choose viewer, finance, approver or admin")]
pub struct UnknownRole(String);

impl std::str::FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

/// The portal's id of a cloud account (one BSS credential); not Huawei's domain id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(pub Uuid);

impl From<Uuid> for AccountId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The accounts whose rows may be seen. Every query of cached or journal data takes one, so that
/// another account's row is not found rather than refused.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope(Vec<AccountId>);

impl Scope {
    /// Just these accounts.
    pub fn of(accounts: impl IntoIterator<Item = AccountId>) -> Self {
        Self(accounts.into_iter().collect())
    }

    /// The accounts.
    pub fn accounts(&self) -> &[AccountId] {
        &self.0
    }

    /// The accounts as the database takes them: `account_id = any($1)`.
    pub fn ids(&self) -> Vec<Uuid> {
        self.0.iter().map(|account| account.0).collect()
    }

    /// Whether `account` may be seen.
    pub fn contains(&self, account: AccountId) -> bool {
        self.0.contains(&account)
    }

    /// This scope, cut down to `account` if one was chosen.
    #[must_use]
    pub fn narrowed(&self, account: Option<AccountId>) -> Self {
        Self(self.0.iter().copied().filter(|a| account.is_none_or(|chosen| chosen == *a)).collect())
    }
}

/// The signed-in person behind a request, read afresh from the database for each one.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The person's id.
    pub id: Uuid,
    /// The name they sign in with.
    pub username: String,
    /// What they are here for.
    pub role: Role,
    /// All accounts they were given.
    pub all_accounts: Scope,
    /// The accounts they look at now: one chosen in the header, or all of theirs.
    pub scope: Scope,
    /// Their language.
    pub locale: Locale,
}

impl Actor {
    /// Whether they may do `permission` at all (on the accounts in their scope).
    pub fn may(&self, permission: Permission) -> bool {
        self.role.grants(permission)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_who_manages_people_can_move_or_approve_money() {
        for role in Role::ALL {
            let manages = role.grants(Permission::ManageUsers) || role.grants(Permission::ManageAccounts);
            for money in [
                Permission::PayOrders,
                Permission::CancelOrders,
                Permission::RenewResources,
                Permission::SetRenewal,
                Permission::ConvertResources,
                Permission::UnsubscribeResources,
                Permission::Approve,
                Permission::Review,
            ] {
                assert!(!(manages && role.grants(money)), "{role} holds both");
            }
        }
    }

    #[test]
    fn makers_are_not_checkers() {
        for role in Role::ALL {
            assert!(!(role.grants(Permission::PayOrders) && role.grants(Permission::Approve)), "{role}");
        }
    }

    #[test]
    fn a_narrowed_scope_never_grows() {
        let (ours, theirs) = (AccountId(Uuid::from_u128(1)), AccountId(Uuid::from_u128(2)));
        let scope = Scope::of([ours]);
        assert_eq!(scope.narrowed(None), scope);
        assert_eq!(scope.narrowed(Some(ours)), scope);
        assert_eq!(scope.narrowed(Some(theirs)), Scope::default());
    }
}
