//! Writing what BSS listed together with what it was listed for, in one transaction.

pub(super) mod store;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use super::store::{Listing, Place};
use crate::{
    db::{in_bulk, is_overtaken},
    features::resources::resource::Resource,
    identity::access::AccountId,
};

/// What a write did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Resources that were not there before.
    pub added: u64,
    /// Resources that differed, or came back.
    pub changed: u64,
    /// Resources that are not listed any more.
    pub gone: u64,
}

impl std::ops::AddAssign for Written {
    fn add_assign(&mut self, other: Self) {
        self.added += other.added;
        self.changed += other.changed;
        self.gone += other.gone;
    }
}

/// What resources were listed for.
#[derive(Debug, Clone)]
pub(super) enum For {
    /// Nothing else is to be kept of it.
    Themselves,
    /// A walk through all, which is here now and met these.
    Walk(Place, Vec<String>),
    /// These orders.
    Orders(Vec<Listing>),
    /// Their ids; these are not listed.
    Ids(Vec<String>),
}

/// Stores resources of an account and what they were listed for, again if somebody was faster with one. In a
/// task of its own: a run may be dropped at any moment, and a connection that is dropped in the middle of a
/// copy would give its next user the answer to another question.
pub(super) async fn put(
    db: &PgPool,
    account: AccountId,
    asked_at: DateTime<Utc>,
    (resources, why): (Vec<Resource>, For),
) -> anyhow::Result<Written> {
    let db = db.clone();
    let written = tokio::spawn(async move {
        for attempt in 1.. {
            let mut tx = db.begin().await?;
            if matches!(why, For::Walk(..)) {
                in_bulk(&mut tx).await?;
            }
            match write(&mut tx, account, asked_at, (&resources, &why)).await {
                Err(error) if is_overtaken(&error) && attempt < 5 => {}
                Err(error) => return Err(error),
                Ok(written) => {
                    tx.commit().await?;
                    return Ok(written);
                }
            }
        }
        unreachable!("the loop ends by returning")
    });
    Ok(written.await.context("storing resources")??)
}

async fn write(
    db: &mut PgConnection,
    account: AccountId,
    asked_at: DateTime<Utc>,
    (resources, why): (&[Resource], &For),
) -> sqlx::Result<Written> {
    let mut written = store::upsert(db, account, asked_at, resources).await?;
    match why {
        For::Themselves => {}
        For::Walk(place, met) => super::store::advance(db, account, place, met).await?,
        For::Orders(listings) => super::store::put_listings(db, account, asked_at, listings).await?,
        For::Ids(absent) => written.gone = store::mark_gone(db, account, asked_at, absent).await?,
    }
    Ok(written)
}
