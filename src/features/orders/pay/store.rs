//! The one thing that paying and cancelling look up in the kept orders beside the order itself.

use sqlx::PgPool;

use crate::identity::access::Scope;

/// The combined order that `order_id` is a part of.
pub(crate) async fn combined_of(db: &PgPool, scope: &Scope, order_id: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "select o.order_id from order_sub s join orders o on o.id = s.order_pk
         where s.order_id = $2 and o.account_id = any($1) limit 1",
        &scope.ids(),
        order_id
    )
    .fetch_optional(db)
    .await
}
