//! Reading orders and resources into a real database from the simulator, over HTTP: once, again, and after a
//! crash.

mod resources;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use async_trait::async_trait;
use bss_portal::{
    bss::{
        self, Connection, Credentials, Error, Kind, Listed, Page, Reader,
        limits::Limits,
        orders::{Order, OrderDetail, OrderQuery},
        transport::HttpWire,
    },
    clock::Clock,
    features::orders::{
        filter::Filter,
        list::store::summary,
        store::Written,
        sync::{Readable, Source, Sync, store::progress},
    },
    i18n::Locale,
    identity::access::{AccountId, Scope},
    simulator::{self, Options, Running},
};
use sqlx::PgPool;
use uuid::Uuid;

const ACCOUNT: AccountId = AccountId(Uuid::from_u128(7));

/// Lets so many pages of orders through, and breaks then, as a portal that is killed would.
struct Breaking {
    reader: Reader,
    pages: AtomicI64,
}

#[async_trait]
impl Source for Breaking {
    async fn orders(&self, query: &OrderQuery, locale: Locale) -> Result<Page<Listed<Order>>, Error> {
        // The pages of windows that are empty, and those that count, come for nothing.
        if query.offset > 0 && self.pages.fetch_sub(1, Ordering::SeqCst) <= 0 {
            return Err(Error {
                kind: Kind::Unavailable,
                operation: "list_customer_orders",
                http_status: None,
                code: None,
                message: None,
                request_id: None,
            });
        }
        self.reader.orders(query, locale).await
    }

    async fn order(&self, order_id: &str, locale: Locale) -> Result<OrderDetail, Error> {
        self.reader.order(order_id, locale).await
    }
}

async fn simulated(orders: u32) -> (Running, Reader, Clock) {
    let options = Options { orders, ..Options::default() };
    let clock = options.clock.clone();
    let running = simulator::run(options).await.expect("a simulator");
    let account = &running.ready.accounts[0];
    let (reader, _) = bss::connect(Connection {
        endpoint: running.ready.endpoint.parse().expect("an endpoint"),
        credentials: Credentials::of_key(
            account.ak.clone(),
            account.sk.clone().into(),
            Some(account.domain_id.clone()),
        ),
        account: account.name.clone(),
        clock: clock.clone(),
        wire: Arc::new(HttpWire::new(clock.clone()).expect("a wire")),
        limits: Limits::new(clock.clone(), 1),
        chance: bss::chance(),
    });
    (running, reader, clock)
}

fn of(reader: &Reader, pages: i64) -> Readable {
    let source = Arc::new(Breaking { reader: reader.clone(), pages: AtomicI64::new(pages) });
    Readable { account: ACCOUNT, source, pays_for_members: false }
}

async fn stored(db: &PgPool) -> i64 {
    let scope = Scope::of([ACCOUNT]);
    summary(db, &scope, &Filter::default(), chrono_tz::UTC).await.expect("counts").n
}

/// How many orders the account has at Huawei, window by window.
async fn upstream(db: &PgPool) -> i64 {
    progress(db, &Scope::of([ACCOUNT])).await.expect("reads")[0].total
}

#[sqlx::test]
async fn a_second_reading_of_what_has_not_changed_writes_nothing(db: PgPool) {
    let (_running, reader, clock) = simulated(600).await;
    let account = of(&reader, i64::MAX);
    let first = Sync::new(&db, &clock, &account).run().await.expect("reads");
    assert!(first.added > 0);
    assert_eq!(i64::try_from(first.added), Ok(stored(&db).await));
    assert_eq!(stored(&db).await, upstream(&db).await, "nothing is missing");
    let second = Sync::new(&db, &clock, &account).run().await.expect("reads again");
    assert_eq!(second, Written::default());
    let progress = &progress(&db, &Scope::of([ACCOUNT])).await.expect("reads")[0];
    assert!(progress.place.is_none() && progress.read_at.is_some() && progress.error.is_none());
    assert_eq!((progress.done, progress.total), (progress.total, progress.total));
}

#[sqlx::test]
async fn a_first_load_that_was_cut_off_goes_on_and_ends_with_everything(db: PgPool) {
    let (_running, reader, clock) = simulated(3_000).await;
    let (mut runs, mut within_a_window) = (0, false);
    loop {
        runs += 6;
        // Each run gets a few pages further than the one before.
        let account = of(&reader, runs);
        match Sync::new(&db, &clock, &account).run().await {
            Ok(_) => break,
            Err(error) => {
                let progress = progress(&db, &Scope::of([ACCOUNT])).await.expect("reads");
                let progress = progress.first().unwrap_or_else(|| panic!("it never began: {error:#}"));
                assert!(progress.error.is_some(), "the failure is told");
                assert_eq!(progress.done, stored(&db).await, "the place stands for what is stored");
                within_a_window |= progress.place.is_some_and(|place| place.done > 0);
            }
        }
        assert!(runs < 60, "it never ends");
    }
    assert!(within_a_window, "a window was gone on with in its middle");
    assert_eq!(stored(&db).await, upstream(&db).await, "nothing is missing");
}
