//! Names of services in both languages. BSS gives a name in the language of the question, so the
//! English one is asked for once a service, not once an order.

use std::{collections::HashMap, sync::Mutex};

use sqlx::PgPool;

use super::{Source, store};
use crate::{
    bss::{
        Listed,
        orders::{Order, OrderQuery},
    },
    features::orders::order::ServiceName,
    i18n::Locale,
};

/// The names known so far.
#[derive(Default)]
pub(super) struct Names(Mutex<HashMap<String, ServiceName>>);

impl Names {
    pub(super) async fn known(db: &PgPool) -> sqlx::Result<Self> {
        Ok(Self(Mutex::new(store::names(db).await?)))
    }

    /// The name of a service; empty where it is not known.
    pub(super) fn of(&self, code: &str) -> ServiceName {
        let known = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.get(code).cloned().unwrap_or_else(|| ServiceName { zh: String::new(), en: String::new() })
    }

    /// Learns the names of services that are new or were renamed.
    pub(super) async fn learn(
        &self,
        db: &PgPool,
        source: &dyn Source,
        orders: &[Listed<Order>],
    ) -> sqlx::Result<()> {
        // Gathered first: a lazy iterator that lives across the waits below would keep this future in one
        // thread.
        let all: Vec<&Order> = orders
            .iter()
            .flat_map(|order| std::iter::once(&order.item).chain(&order.item.sub_orders))
            .collect();
        for order in all {
            let (Some(code), Some(zh)) = (&order.service_type_code, &order.service_type_name) else {
                continue;
            };
            if self.of(code).zh == *zh {
                continue;
            }
            let query =
                OrderQuery { service_type_code: Some(code.clone()), limit: 1, ..OrderQuery::default() };
            let english = match source.orders(&query, Locale::En).await {
                Ok(page) => page.items.into_iter().next().and_then(|order| order.item.service_type_name),
                Err(error) => {
                    tracing::warn!(code, %error, "no English name of a service");
                    None
                }
            };
            let name = ServiceName { zh: zh.clone(), en: english.clone().unwrap_or_else(|| zh.clone()) };
            // Without the English name it is asked for again in the next run.
            if english.is_some() {
                store::keep_name(db, code, &name).await?;
            }
            self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(code.clone(), name);
        }
        Ok(())
    }
}
