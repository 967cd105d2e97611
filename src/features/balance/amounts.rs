//! The reading of what an account has (`show_customer_account_balances`): every account of money by its type, and
//! what is owed.

use std::time::Duration;

use async_trait::async_trait;

use super::store;
use crate::{
    bss::balances::Balances,
    readings::{Listing, Source, Written, digest},
};

/// The name of the job, to wake it by.
pub const JOB: &str = "balance";

/// What accounts have.
pub struct Amounts;

#[async_trait]
impl Listing for Amounts {
    fn name(&self) -> &'static str {
        JOB
    }

    fn period(&self) -> Duration {
        Duration::from_mins(1)
    }

    async fn read(&self, from: &Source<'_>) -> anyhow::Result<Written> {
        let balances = from.reader.balances().await?;
        let said = store::Said { digest: said(&balances), at: from.clock.now() };
        Ok(store::put(from.db, from.account, &balances, said).await?)
    }
}

/// Everything that is kept of the answer, whose accounts come in no promised order.
fn said(balances: &Balances) -> uuid::Uuid {
    let mut parts: Vec<String> = balances.accounts.iter().map(|account| format!("{account:?}")).collect();
    parts.sort();
    parts.push(format!("{:?} {:?}", balances.debt, balances.currency));
    digest(parts.iter().map(String::as_str))
}
