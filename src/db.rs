//! The way to the database: a pool tuned for short statements, and the migrations. It holds no
//! query of a feature.

mod store;

use std::time::Duration;

use anyhow::{Context, Result};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    Connection, PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgConnection, PgPoolOptions},
};

pub use store::{Condition, condition, in_bulk, settle_index};

/// Every migration, compiled in.
pub static MIGRATIONS: Migrator = sqlx::migrate!();

/// A page gives up waiting for a connection after this, and says that the portal is busy.
const ACQUIRE_LIMIT: Duration = Duration::from_secs(2);

/// A connection that rested this long may have died with its server, so it is tried before use.
/// Under load none rests, and the trial costs nothing.
const TRIED_AFTER: Duration = Duration::from_secs(5);

/// The pool of the portal.
pub fn pool(url: &SecretString, connections: u32) -> Result<PgPool> {
    let options = options(url)?.options([
        // One text per combination of filters: planning each again costs more than it gains.
        ("plan_cache_mode", "force_generic_plan"),
        // What is read often is in memory, the rest on disks without arms. With the default, written for
        // other disks, a page is rather sorted out of all rows than read along an index.
        ("random_page_cost", "1.1"),
        ("statement_timeout", "30s"),
        ("lock_timeout", "10s"),
        ("idle_in_transaction_session_timeout", "60s"),
        // Compiling costs more than any statement of ours.
        ("jit", "off"),
        ("timezone", "UTC"),
    ]);
    Ok(PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_LIMIT)
        .idle_timeout(Duration::from_mins(5))
        .max_lifetime(Duration::from_mins(30))
        .test_before_acquire(false)
        .before_acquire(|connection, rested| {
            Box::pin(async move { Ok(rested.idle_for < TRIED_AFTER || connection.ping().await.is_ok()) })
        })
        .connect_lazy_with(options))
}

/// Brings the database to the newest migration, over a connection of its own. A table that is in
/// use is waited for only briefly, so that running portals are not held up behind us.
pub async fn migrate(url: &SecretString) -> Result<()> {
    let options = options(url)?.options([("lock_timeout", "2s"), ("timezone", "UTC")]);
    let mut connection = PgConnection::connect_with(&options).await.context("connecting to the database")?;
    MIGRATIONS.run(&mut connection).await.context("migrating the database")?;
    connection.close().await.context("closing the connection")
}

/// Whether a write failed because somebody else stored the same row meanwhile; the whole transaction is to be
/// repeated then, and finds it.
pub fn is_overtaken(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    // Unique violation; deadlock.
    matches!(code.as_deref(), Some("23505" | "40P01"))
}

/// Adds text to the rows of a COPY, as PostgreSQL reads it there.
pub fn copy_text(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => {}
            c => out.push(c),
        }
    }
}

fn options(url: &SecretString) -> Result<PgConnectOptions> {
    // The error of the parser may quote the URL, which holds a password.
    let options: PgConnectOptions = url
        .expose_secret()
        .parse()
        .map_err(|_| anyhow::anyhow!("the database's address is no PostgreSQL URL"))?;
    Ok(options.application_name("bss-portal"))
}
