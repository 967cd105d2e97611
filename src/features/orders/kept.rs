//! The kept orders, as the journal asks for them after an operation on one has ended.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use sqlx::PgPool;

use super::sync::{Readable, Sync};
use crate::{bss::Reader, clock::Clock, operations::Operation, payments::KeptOrders};

/// Orders in this database.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Where they are kept.
    pub db: PgPool,
    /// The time.
    pub clock: Clock,
}

#[async_trait]
impl KeptOrders for Kept {
    /// The ordinary synchronisation would find the same within a minute, so a failure is only a line in
    /// the log.
    async fn read_again(&self, operation: &Operation, reader: &Reader) {
        let source = Arc::new(reader.within(Duration::from_secs(5)));
        let of = Readable { account: operation.account_id, source, pays_for_members: false };
        if let Err(error) = Sync::new(&self.db, &self.clock, &of).one(&operation.subject).await {
            tracing::warn!(
                order = operation.subject,
                error = format!("{error:#}"),
                "an order was not read again"
            );
        }
    }
}
