//! Sixty-four connections to one database that act at once, for tests of what the journal lets through.

use std::{future::Future, sync::Arc, time::Duration};

use bss_portal::operations::{Fault, PgStore};
use futures_util::future::join_all;
use sqlx::{PgPool, postgres::PgPoolOptions};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    task::JoinSet,
};

pub(crate) const CROWD: u32 = 64;

/// As many crowds as a test server has connections for.
static ROOM: Semaphore = Semaphore::const_new(2);

/// A store with a connection for each who acts, all of them open before anybody acts.
pub(crate) struct Crowd {
    pub(crate) store: Arc<PgStore>,
    _room: SemaphorePermit<'static>,
}

impl Crowd {
    pub(crate) async fn gather(db: &PgPool) -> Self {
        let room = ROOM.acquire().await.expect("never closed");
        let pool = PgPoolOptions::new().max_connections(CROWD).acquire_timeout(Duration::from_mins(1));
        let pool = pool.connect_lazy_with((*db.connect_options()).clone());
        let open = join_all((0..CROWD).map(|_| pool.acquire())).await;
        assert!(open.iter().all(Result::is_ok), "there is room for everybody");
        Self { store: Arc::new(PgStore(pool.clone())), _room: room }
    }

    /// Everybody acts at once.
    pub(crate) async fn act<T, F>(&self, act: impl Fn(usize, Arc<PgStore>) -> F) -> Vec<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let mut acts = JoinSet::new();
        for n in 0..CROWD as usize {
            acts.spawn(act(n, self.store.clone()));
        }
        acts.join_all().await
    }
}

/// How many of `done` went through; everybody else was told no, and not that the database failed.
pub(crate) fn through<T: std::fmt::Debug>(done: &[Result<T, Fault>]) -> usize {
    let broken = done.iter().find(|one| matches!(one, Err(Fault::Unknown(_))));
    assert!(broken.is_none(), "{broken:?}");
    done.iter().filter(|one| one.is_ok()).count()
}
