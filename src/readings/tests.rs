//! Readings against a real database: what is known of them while they run, when they end, and when they fail.

use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::cloud_accounts;

/// A listing that stores nothing, sees how far it is said to be, and fails when it is told to.
struct Two {
    fails: AtomicBool,
}

#[async_trait]
impl Listing for Two {
    fn name(&self) -> &'static str {
        "two"
    }

    fn period(&self) -> Duration {
        Duration::from_mins(5)
    }

    async fn read(&self, from: &Source<'_>) -> anyhow::Result<Written> {
        from.advance(self, 1, 2).await;
        let standing = Standing::of(from.db, &Scope::of([from.account]), &["two"]).await?;
        if standing.read_at().is_none() {
            assert_eq!(standing.loading(), Some((1, 2)), "the first reading shows how far it is");
        }
        anyhow::ensure!(!self.fails.load(Ordering::Relaxed), "page two did not come");
        Ok(Written { added: 2, ..Written::default() })
    }
}

#[sqlx::test]
async fn a_reading_is_as_old_as_its_beginning_and_a_failure_keeps_the_age(db: PgPool) {
    let (account, readers) = cloud_accounts::readers_for_a_test(&db).await;
    let (clock, hand) = Clock::manual(DateTime::UNIX_EPOCH);
    let scope = Scope::of([account]);
    let reader = readers.get(account).expect("in use");
    let from = Source { db: &db, clock: &clock, account, reader };
    let listing = Two { fails: AtomicBool::new(false) };
    assert_eq!(read(&listing, &from).await.expect("read").added, 2);
    let standing = Standing::of(&db, &scope, &["two"]).await.expect("known");
    assert_eq!((standing.read_at(), standing.loading()), (Some(DateTime::UNIX_EPOCH), None));

    hand.advance(Duration::from_hours(1));
    listing.fails.store(true, Ordering::Relaxed);
    read(&listing, &from).await.expect_err("it fails");
    let standing = Standing::of(&db, &scope, &["two"]).await.expect("known");
    assert_eq!(standing.read_at(), Some(DateTime::UNIX_EPOCH), "what is shown is as old as before");
    let failures: Vec<_> = standing.failures().map(|(_, error, at)| (error.to_owned(), at)).collect();
    assert_eq!(failures, [("page two did not come".to_owned(), clock.now())]);
    assert!(standing.is_fresh(clock.now(), Duration::from_hours(1)));
    assert!(!standing.is_fresh(clock.now(), Duration::from_mins(59)));

    listing.fails.store(false, Ordering::Relaxed);
    read(&listing, &from).await.expect("read");
    let standing = Standing::of(&db, &scope, &["two"]).await.expect("known");
    assert_eq!((standing.read_at(), standing.failures().count()), (Some(clock.now()), 0));
}

#[sqlx::test]
async fn what_was_never_read_has_no_age_beside_what_was(db: PgPool) {
    let (account, readers) = cloud_accounts::readers_for_a_test(&db).await;
    let clock = Clock::manual(DateTime::UNIX_EPOCH).0;
    let reader = readers.get(account).expect("in use");
    let listing = Two { fails: AtomicBool::new(false) };
    read(&listing, &Source { db: &db, clock: &clock, account, reader }).await.expect("read");
    let standing = Standing::of(&db, &Scope::of([account]), &["two", "three"]).await.expect("known");
    assert_eq!(standing.read_at(), None);
    assert!(!standing.is_fresh(clock.now(), Duration::MAX));
}
