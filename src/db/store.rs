//! What the portal must know about its database before it relies on it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sqlx::PgPool;

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
