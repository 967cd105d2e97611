//! One portal: the journal's real workers and its real desk in a process that can be killed, on the
//! simulated clock, store and wire. Starting it again starts from nothing but the database.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, LazyLock, Mutex},
};

use async_trait::async_trait;
use bss_portal::{
    bss::{self, Connection, Credentials, Reader, Write, limits::Limits},
    features::{
        orders::{cancel_order::CancelOrders, kept::Kept},
        resources::{
            policy::{
                convert_now::Conversions,
                kept,
                renewal_day::RenewalDays,
                set_policy::{Policies, Wanted},
            },
            renew::Renewals,
            unsubscribe::Unsubscriptions,
        },
    },
    identity::access::AccountId,
    operations::{
        Chance, Desk, Fault, Kind, Operation, Performer, Preflight, Reading, Reconciler, Registry, Sent,
        Setup, Sighting, State, Store, Timings, TransKey,
    },
    payments::PayOrders,
};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    engine::{ProcessId, SECOND, Sim},
    record::Record,
    store::{Database, SimStore, idle},
    upstream::Upstream,
    wire::{SimWire, lock},
};

/// The one cloud account.
pub(crate) const ACCOUNT: AccountId = AccountId(Uuid::from_u128(0xACC));

/// A pool that is never connected: what pages read is not part of a history, but kinds and desks carry it.
static NO_DATABASE: LazyLock<PgPool> = LazyLock::new(|| {
    sqlx::postgres::PgPoolOptions::new()
        .max_lifetime(None)
        .idle_timeout(None)
        .connect_lazy_with(sqlx::postgres::PgConnectOptions::new())
});

/// Where people find the portals.
#[derive(Default)]
pub(crate) struct Doors(Mutex<BTreeMap<ProcessId, Door>>);

/// What a running portal has open to people.
#[derive(Clone)]
pub(crate) struct Door {
    /// Which portal.
    pub(crate) process: ProcessId,
    /// Where forms are handed in.
    pub(crate) desk: Desk,
    /// What its pages read.
    pub(crate) store: Arc<SimStore>,
}

impl Doors {
    /// A portal that runs, if one does.
    pub(crate) fn any(&self, sim: &Sim) -> Option<Door> {
        let doors = lock(&self.0);
        let open: Vec<&Door> = doors.values().filter(|door| sim.is_alive(door.process)).collect();
        if open.is_empty() {
            return None;
        }
        let last = u64::try_from(open.len() - 1).unwrap_or(0);
        Some(open[usize::try_from(sim.draw(0..=last)).unwrap_or(0)].clone())
    }
}

/// What is outside of every portal.
#[derive(Clone)]
pub(crate) struct World {
    /// The machine.
    pub(crate) sim: Sim,
    /// Huawei.
    pub(crate) upstream: Arc<Mutex<Upstream>>,
    /// The database.
    pub(crate) database: Arc<Mutex<Database>>,
    /// What was seen.
    pub(crate) record: Arc<Mutex<Record>>,
    /// The portals' doors.
    pub(crate) doors: Arc<Doors>,
    /// Whether requests may arrive twice.
    pub(crate) doubles: bool,
    /// The name that the portal believes Huawei knows it by, if it was told.
    pub(crate) portal_user: Option<&'static str>,
}

/// A kind without what it does after an operation has settled: that refreshes a page, nothing more.
struct Plain<K>(K);

#[async_trait]
impl<K: Kind> Kind for Plain<K> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn tries(&self) -> i32 {
        self.0.tries()
    }

    async fn preflight(&self, operation: &Operation, reader: &Reader) -> Preflight {
        self.0.preflight(operation, reader).await
    }

    fn write(&self, operation: &Operation) -> anyhow::Result<Write> {
        self.0.write(operation)
    }

    async fn look_up(&self, operation: &Operation, sent: Sent<'_>, reader: &Reader) -> Sighting {
        self.0.look_up(operation, sent, reader).await
    }

    async fn settled(&self, _: &Operation, _: &Reader) {}
}

/// One of the journal's real workers.
enum Worker {
    Performer(Performer),
    Reconciler(Reconciler),
}

impl Worker {
    async fn step(&self) -> Result<bool, Fault> {
        match self {
            Self::Performer(performer) => performer.step().await,
            Self::Reconciler(reconciler) => reconciler.step().await,
        }
    }

    /// The states that it works on.
    const fn states(&self) -> &'static [State] {
        match self {
            Self::Performer(_) => &[State::Ready],
            Self::Reconciler(_) => &[State::Sending, State::Unknown, State::Confirming],
        }
    }
}

impl World {
    /// A portal, not started yet. `skew` is how far its clock is off, in milliseconds.
    pub(crate) fn portal(&self, name: &'static str, skew: i64) -> ProcessId {
        let world = self.clone();
        self.sim.process(name, skew, move |sim, process| {
            let (world, name) = (world.clone(), sim.process_name(process));
            sim.spawn(process, name, async move { world.run(process).await });
        })
    }

    /// What `operations::start` does, with workers that wait for the next thing due instead of looking
    /// every second.
    async fn run(self, process: ProcessId) {
        let sim = &self.sim;
        let store = Arc::new(SimStore {
            sim: sim.clone(),
            process,
            database: self.database.clone(),
            record: self.record.clone(),
        });
        let setup = Arc::new(self.setup(process, store.clone()));
        while !matches!(sim.unless_aborted(setup.tend()).await, Some(Ok(()))) {
            sim.sleep(process, 2 * SECOND).await;
        }
        let desk = Desk::new(
            store.clone(),
            Reading::new(NO_DATABASE.clone()),
            (setup.clock.clone(), setup.chance.clone()),
            (TransKey([7; 32]), setup.timings),
            Arc::default(),
        );
        lock(&self.doors.0).insert(process, Door { process, desk, store });
        for n in 0..2 {
            let name = format!("{}/send{n}", setup.name);
            let worker = Worker::Performer(Performer::new(setup.clone(), name.clone()));
            let world = self.clone();
            sim.spawn(process, name, async move { world.keep(process, &worker).await });
        }
        let name = format!("{}/ask", setup.name);
        let worker = Worker::Reconciler(Reconciler::new(setup.clone(), name.clone()));
        let world = self.clone();
        sim.spawn(process, name, async move { world.keep(process, &worker).await });
        loop {
            sim.sleep(process, sim.draw(5 * SECOND..=30 * SECOND)).await;
            if let Some(Err(fault)) = sim.unless_aborted(setup.tend()).await {
                sim.note(format_args!("the house was not tended: {fault}"));
            }
        }
    }

    /// A worker's loop: at once while there is work, after a while when something failed.
    async fn keep(&self, process: ProcessId, worker: &Worker) {
        let sim = &self.sim;
        loop {
            match sim.unless_aborted(worker.step()).await {
                Some(Ok(true)) => {}
                Some(Ok(false)) => idle(sim, process, &self.database, worker.states()).await,
                Some(Err(_)) | None => sim.sleep(process, SECOND).await,
            }
        }
    }

    fn setup(&self, process: ProcessId, store: Arc<dyn Store>) -> Setup {
        let sim = &self.sim;
        let clock = sim.clock(process);
        let wire = SimWire {
            sim: sim.clone(),
            process,
            clock: clock.clone(),
            upstream: self.upstream.clone(),
            record: self.record.clone(),
            doubles: self.doubles,
        };
        let spread = sim.clone();
        #[expect(clippy::cast_precision_loss, reason = "a number below 2^20")]
        let chance = move || spread.draw(0..=1_000_000) as f64 / 1_000_001.0;
        let connection = Connection {
            endpoint: "http://127.0.0.1:1".parse().expect("an endpoint"),
            credentials: Credentials::of_key("AK".to_owned(), "SK".to_owned().into(), None),
            account: "account".to_owned(),
            clock: clock.clone(),
            wire: Arc::new(wire),
            limits: Limits::new(clock.clone(), 2),
            chance: Arc::new(chance),
        };
        let (reader, writer) = bss::connect(connection);
        let reader = reader.known_as(self.portal_user);
        let kept = Arc::new(Kept { db: NO_DATABASE.clone(), clock: clock.clone() });
        let of_expiry = kept::Kept { db: NO_DATABASE.clone(), clock: clock.clone() };
        let registry = Registry::new()
            .with(Plain(PayOrders { kept: kept.clone(), clock: clock.clone() }))
            .with(Plain(CancelOrders { kept }))
            .with(Plain(Renewals { db: NO_DATABASE.clone(), clock: clock.clone() }))
            .with(Plain(Unsubscriptions { db: NO_DATABASE.clone(), clock: clock.clone() }))
            .with(Plain(Conversions { kept: of_expiry.clone() }))
            .with(Plain(RenewalDays { kept: of_expiry.clone() }));
        let registry = Wanted::ALL.into_iter().fold(registry, |registry, wanted| {
            registry.with(Plain(Policies { wanted, kept: of_expiry.clone() }))
        });
        Setup {
            store,
            registry,
            upstream: Arc::new(HashMap::from([(ACCOUNT, (reader, Arc::new(writer)))])),
            clock,
            chance: Chance::seeded(sim.draw(0..=u64::MAX)),
            timings: Timings::REAL,
            name: sim.process_name(process).to_owned(),
        }
    }
}
