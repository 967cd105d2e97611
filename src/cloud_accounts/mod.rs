//! The company's cloud accounts: their credentials, sealed, and the means to read each.

use std::sync::Arc;

use crate::identity::access::{AccountId, Scope};

/// A cloud account, as pages name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The portal's id of it.
    pub id: AccountId,
    /// What people call it.
    pub name: String,
}

/// The means to read every enabled account; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Readers(Arc<Vec<Account>>);

impl Readers {
    /// The accounts in `scope`, in the order of their names.
    pub fn accounts<'a>(&'a self, scope: &'a Scope) -> impl Iterator<Item = &'a Account> {
        self.0.iter().filter(|account| scope.contains(account.id))
    }
}
