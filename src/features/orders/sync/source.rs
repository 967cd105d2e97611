//! Where orders are read from. Benchmarks and tests put a source of their own here.

use async_trait::async_trait;

use crate::{
    bss::{
        Error, Listed, Page, Reader,
        orders::{Order, OrderDetail, OrderQuery},
    },
    i18n::Locale,
};

/// A source of orders of one account.
#[async_trait]
pub trait Source: Send + Sync {
    /// One page of orders.
    async fn orders(&self, query: &OrderQuery, locale: Locale) -> Result<Page<Listed<Order>>, Error>;
    /// One order in detail.
    async fn order(&self, order_id: &str, locale: Locale) -> Result<OrderDetail, Error>;
}

#[async_trait]
impl Source for Reader {
    async fn orders(&self, query: &OrderQuery, locale: Locale) -> Result<Page<Listed<Order>>, Error> {
        Self::orders(self, query, locale).await
    }

    async fn order(&self, order_id: &str, locale: Locale) -> Result<OrderDetail, Error> {
        Self::order(self, order_id, locale).await
    }
}
