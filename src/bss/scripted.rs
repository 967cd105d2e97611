//! A wire for tests that answers by a script, and a clock whose time flies.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::{DateTime, Utc};
use hyper::HeaderMap;

use super::{
    Connection, Credentials, Reader, Site, Writer, connect,
    limits::Limits,
    transport::{Broken, Request, Response, Wire},
};
use crate::clock::{Clock, Hand};

/// Gives the scripted outcomes in turn and remembers what it was asked.
#[derive(Default)]
pub(super) struct Script {
    outcomes: Mutex<VecDeque<Result<Response, Broken>>>,
    asked: Mutex<Vec<Request>>,
}

#[async_trait::async_trait]
impl Wire for Script {
    async fn exchange(&self, request: Request, _limit: Duration) -> Result<Response, Broken> {
        self.asked.lock().expect("lock").push(request);
        self.outcomes.lock().expect("lock").pop_front().expect("the script is long enough")
    }
}

impl Script {
    pub(super) fn of(outcomes: impl IntoIterator<Item = Result<Response, Broken>>) -> Arc<Self> {
        Arc::new(Self { outcomes: Mutex::new(outcomes.into_iter().collect()), asked: Mutex::default() })
    }

    /// The requests so far.
    pub(super) fn asked(&self) -> Vec<Request> {
        self.asked.lock().expect("lock").clone()
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it stands beside broken exchanges in scripts")]
pub(super) fn answer(status: u16, body: &str) -> Result<Response, Broken> {
    Ok(Response { status, headers: HeaderMap::new(), body: body.as_bytes().to_vec() })
}

pub(super) fn start() -> DateTime<Utc> {
    "2026-01-15T08:30:00Z".parse().expect("a time")
}

/// A connection over `wire`, with a clock that stands still.
pub(super) fn connection(wire: Arc<dyn Wire>) -> (Connection, Hand) {
    let (clock, hand) = Clock::manual(start());
    let key =
        Credentials::of_key("AKEXAMPLE".to_owned(), "sk-example".to_owned().into(), Some("0a1b".to_owned()));
    let connection = Connection {
        endpoint: Site::China.endpoint(),
        credentials: key,
        account: "test".to_owned(),
        clock: clock.clone(),
        wire,
        limits: Limits::new(clock, 1),
        chance: Arc::new(|| 0.5),
    };
    (connection, hand)
}

/// Both handles over `wire`, with a clock that stands still.
pub(super) fn handles(wire: Arc<dyn Wire>) -> (Reader, Writer, Clock, Hand) {
    let (connection, hand) = connection(wire);
    let clock = connection.clock.clone();
    let (reader, writer) = connect(connection);
    (reader, writer, clock, hand)
}

/// Runs `future` while time flies.
pub(super) async fn flying<T>(hand: &Hand, future: impl Future<Output = T>) -> T {
    tokio::pin!(future);
    loop {
        tokio::select! {
            biased;
            done = &mut future => return done,
            () = tokio::task::yield_now() => hand.advance(Duration::from_millis(10)),
        }
    }
}
