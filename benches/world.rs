//! A database with orders or resources, read from a page source by the portal's own job, and a portal that
//! serves it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Result;
use bss_portal::{
    clock::Clock,
    db,
    features::{orders, resources},
    identity::access::{AccountId, Role},
};
use sqlx::{AssertSqlSafe, PgPool};

use crate::{
    cluster::Cluster,
    kind::Kind,
    portal::{Portal, add_account, sign_in},
    upstream::{Pages, Upstream},
};

/// A database with the orders or the resources of one account.
pub(crate) struct World {
    pub(crate) kind: Kind,
    /// How many.
    pub(crate) size: u64,
    pub(crate) database: String,
    pub(crate) url: String,
    pub(crate) db: PgPool,
    pub(crate) account: AccountId,
    pub(crate) cookie: String,
    pub(crate) upstream: Arc<Upstream>,
}

/// What one reading of them took and did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    pub(crate) took: Duration,
    /// Rows inserted, changed or deleted, with all that belongs to them.
    pub(crate) rows: f64,
    /// Bytes of write-ahead log.
    pub(crate) wal: f64,
}

impl World {
    /// An empty database with an account, and somebody who may see it.
    pub(crate) async fn create(cluster: &Cluster, kind: Kind, size: u64, name: &str) -> Result<Self> {
        let database = format!("{name}_{size}");
        let db = cluster.create(&database).await?;
        let account = add_account(&db).await?;
        let cookie = sign_in(&db, account, Role::Finance).await?;
        let upstream = Upstream::of(size, &Clock::system());
        let url = cluster.url(&database);
        Ok(Self { kind, size, database, url, db, account, cookie, upstream })
    }

    /// Reads everything as at the first time, whatever is there already.
    pub(crate) async fn read_all(&self) -> Result<Reading> {
        let forget = format!("delete from {}", self.kind.progress());
        sqlx::raw_sql(AssertSqlSafe(forget)).execute(&self.db).await?;
        self.read().await
    }

    /// Reads what there is to read now.
    pub(crate) async fn read(&self) -> Result<Reading> {
        let (rows, wal) = self.written().await?;
        let clock = Clock::system();
        let pool = db::pool(&self.url.clone().into(), 8)?;
        let source = Pages::of(self.upstream.clone(), &clock)?;
        let begun = Instant::now();
        match self.kind {
            Kind::Orders => {
                let source = Arc::new(source);
                let readable =
                    orders::sync::Readable { account: self.account, source, pays_for_members: false };
                orders::sync::Sync::new(&pool, &clock, &readable).run().await?;
            }
            Kind::Resources => {
                let reader = source.unlimited();
                resources::sync::Sync::new(&pool, &clock, self.account, &reader).run().await?;
            }
        }
        let took = begun.elapsed();
        // A connection tells the statistics of what it did at the latest when it ends.
        pool.close().await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let (rows_after, wal_after) = self.written().await?;
        Ok(Reading { took, rows: rows_after - rows, wal: wal_after - wal })
    }

    async fn written(&self) -> Result<(f64, f64)> {
        Ok(sqlx::query_as(
            "select (select sum(n_tup_ins + n_tup_upd + n_tup_del)::float8 from pg_stat_user_tables
                     where relname = any($1)),
                    pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8",
        )
        .bind(self.kind.tables())
        .fetch_one(&self.db)
        .await?)
    }

    /// Fills it as reading does, but faster: the search index is made at the end, which is no part of
    /// what the job may do while people search.
    pub(crate) async fn fill(&self) -> Result<()> {
        let index = self.kind.search_index();
        let definition: String = sqlx::query_scalar("select pg_get_indexdef($1::regclass)")
            .bind(index)
            .fetch_one(&self.db)
            .await?;
        sqlx::raw_sql(AssertSqlSafe(format!("drop index {index}"))).execute(&self.db).await?;
        self.read_all().await?;
        sqlx::raw_sql(AssertSqlSafe(definition)).execute(&self.db).await?;
        Ok(())
    }

    /// Brings the database to rest: what autovacuum would do some time later, now.
    pub(crate) async fn settle(&self) -> Result<()> {
        sqlx::raw_sql("vacuum analyze").execute(&self.db).await?;
        sqlx::raw_sql("checkpoint").execute(&self.db).await?;
        Ok(())
    }

    /// Starts a portal on it.
    pub(crate) fn portal(&self, cluster: &Cluster) -> Result<Portal> {
        Portal::start(&self.url, &self.cookie, &cluster.directory().join(format!("{}.log", self.database)))
    }
}
