//! Rows that tests of the calendar put there, and what they look at.

use sqlx::PgPool;

use crate::identity::access::AccountId;

/// An account, so that people can be given it.
pub(in super::super) async fn put_account(db: &PgPool, account: AccountId, name: &str) {
    sqlx::query(
        "insert into cloud_account (id, name, site, ak_sealed, sk_sealed, created_at, updated_at)
         values ($1, $2, 'china', '', '', now(), now())",
    )
    .bind(account.0)
    .bind(name)
    .execute(db)
    .await
    .expect("an account");
}

/// A main resource that expires then, with BSS's code of what happens.
pub(in super::super) async fn put_resource(
    db: &PgPool,
    account: AccountId,
    (id, expires, policy): (&str, &str, i16),
) {
    sqlx::query(
        "insert into resources (account_id, resource_id, name, service_type_code, service_name_zh, service_name_en,
             resource_type_code, type_name_zh, type_name_en, region_code, project_id, project_name, spec_code, spec,
             status, expire_policy, is_main, expires_at, search, digest)
         values ($1, $2, 'name of ' || $2, 'ec2', '弹性云服务器', 'Elastic Cloud Server', 'vm', '', '', 'cn-north-4',
             '0', 'default', '', '', 2, $3, true, $4::timestamptz, '', gen_random_uuid())",
    )
    .bind(account.0)
    .bind(id)
    .bind(policy)
    .bind(expires)
    .execute(db)
    .await
    .expect("a resource");
}

/// What renewing it for a year costs.
pub(in super::super) async fn put_quote(
    db: &PgPool,
    account: AccountId,
    id: &str,
    quoted: Option<&str>,
    last: Option<&str>,
) {
    sqlx::query(
        "insert into resource_quote (account_id, resource_id, months, payable, last_paid)
         values ($1, $2, 12, $3::text::numeric, $4::text::numeric)",
    )
    .bind(account.0)
    .bind(id)
    .bind(quoted)
    .bind(last)
    .execute(db)
    .await
    .expect("a quote");
}

/// What an account has.
pub(in super::super) async fn put_cash(db: &PgPool, account: AccountId, cash: &str) {
    sqlx::query(
        "insert into account_balance (account_id, cash, earmarked, debt, read_at)
         values ($1, $2::text::numeric, 0, 0, 'epoch')
         on conflict (account_id) do update set cash = excluded.cash",
    )
    .bind(account.0)
    .bind(cash)
    .execute(db)
    .await
    .expect("kept");
}

/// What is kept of secret addresses.
pub(in super::super) async fn digests(db: &PgPool) -> Vec<Vec<u8>> {
    sqlx::query_scalar("select secret_sha256 from calendar_feed").fetch_all(db).await.expect("read")
}
