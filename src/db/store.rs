//! What the portal must know about its database before it relies on it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use super::MIGRATIONS;

/// The state of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The server's version, as it says it.
    pub version: String,
    /// What time it is there; leases are judged by it.
    pub now: DateTime<Utc>,
    /// Whether a commit is on disk when it returns. Without that a payment could be forgotten.
    pub commits_are_durable: bool,
    /// Migrations that this program has and the database has not.
    pub missing_migrations: Vec<i64>,
    /// Migrations that the database has and this program does not know: it is newer than we are.
    pub unknown_migrations: Vec<i64>,
}

/// Has a transaction of a large reading put pieces of texts into their index in large parts: the limit up to
/// which they are gathered is that of the index (`migrations/*_bulk.sql`).
pub async fn in_bulk(db: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query("set local work_mem = '64MB'").execute(db).await?;
    Ok(())
}

/// Puts what is still gathered for an index of texts into it, so that searches need not walk through that. Where
/// the portal may not, autovacuum does it.
pub async fn settle_index(db: &PgPool, index: &str) {
    let settled =
        sqlx::query("select gin_clean_pending_list($1::text::regclass)").bind(index).execute(db).await;
    if let Err(error) = settled {
        tracing::debug!(index, %error, "what is gathered for an index was left to autovacuum");
    }
}

/// Asks the database about itself.
pub async fn condition(db: &PgPool) -> sqlx::Result<Condition> {
    let (version, now, synchronous_commit, has_migrations): (_, _, String, bool) = sqlx::query_as(
        "select current_setting('server_version'), clock_timestamp(), current_setting('synchronous_commit'),
                to_regclass('_sqlx_migrations') is not null",
    )
    .fetch_one(db)
    .await?;
    let applied: BTreeSet<i64> = if has_migrations {
        let applied =
            sqlx::query_scalar("select version from _sqlx_migrations where success").fetch_all(db).await?;
        applied.into_iter().collect()
    } else {
        BTreeSet::new()
    };
    let ours: BTreeSet<i64> = MIGRATIONS.iter().map(|migration| migration.version).collect();
    Ok(Condition {
        version,
        now,
        commits_are_durable: synchronous_commit != "off",
        missing_migrations: ours.difference(&applied).copied().collect(),
        unknown_migrations: applied.difference(&ours).copied().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[sqlx::test]
    async fn a_migrated_database_misses_nothing(db: PgPool) {
        let condition = condition(&db).await.expect("an answer");
        assert!(condition.commits_are_durable);
        assert_eq!(condition.missing_migrations, [0_i64; 0]);
        assert_eq!(condition.unknown_migrations, [0_i64; 0]);
    }

    #[sqlx::test(migrations = false)]
    async fn an_empty_database_misses_every_migration(db: PgPool) {
        let condition = condition(&db).await.expect("an answer");
        assert_eq!(condition.missing_migrations.len(), MIGRATIONS.iter().count());
    }

    #[sqlx::test]
    async fn a_database_of_a_newer_portal_is_seen(db: PgPool) {
        sqlx::query("insert into _sqlx_migrations values (99990101000000, 'later', now(), true, '', 0)")
            .execute(&db)
            .await
            .expect("a row");
        assert_eq!(condition(&db).await.expect("an answer").unknown_migrations, [99_990_101_000_000]);
    }
}
