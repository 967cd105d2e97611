//! The cloud accounts as the journal uses them. The writers live here and nowhere else.

use std::sync::Arc;

use super::kind::Upstream;
use crate::{
    bss::{Reader, Writer},
    cloud_accounts::{Readers, Writers},
    identity::access::AccountId,
};

/// The accounts that were opened at the start.
#[derive(Debug)]
pub struct Accounts {
    readers: Readers,
    writers: Writers,
}

impl Accounts {
    /// Takes the only writers there are.
    pub fn new(readers: Readers, writers: Writers) -> Self {
        Self { readers, writers }
    }
}

impl Upstream for Accounts {
    fn reader(&self, account: AccountId) -> Option<Reader> {
        self.readers.get(account).cloned()
    }

    fn writer(&self, account: AccountId) -> Option<Arc<Writer>> {
        self.writers.get(account)
    }
}
