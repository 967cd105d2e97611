//! What a kind of operation brings: how its facts are read and compared, what it sends, and how its
//! effect is recognised. Features implement it; the journal alone decides what follows.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use chrono::TimeDelta;
use serde::Serialize;
use serde_json::Value;

use super::journal::{Attempt, Operation};
use crate::{
    bss::{Reader, Write, Writer},
    identity::access::AccountId,
};

/// One kind of operation.
#[async_trait]
pub trait Kind: Send + Sync {
    /// Its name in the database.
    fn name(&self) -> &'static str;

    /// How often it is sent at most, if it is proved each time that nothing came of it. More often
    /// where sending it again is harmless by nature because it only sets a value; once where people
    /// have to decide anew.
    fn tries(&self) -> i32 {
        3
    }

    /// Compares the live facts with those that were confirmed.
    async fn preflight(&self, operation: &Operation, reader: &Reader) -> Preflight;

    /// What is sent. An error means that the payload cannot be understood.
    fn write(&self, operation: &Operation) -> anyhow::Result<Write>;

    /// Looks for the effect of what was sent.
    async fn look_up(&self, operation: &Operation, sent: Sent<'_>, reader: &Reader) -> Sighting;

    /// Reads again what the operation changed, after it ended. Nothing depends on it: the ordinary
    /// synchronisation finds the same a little later.
    async fn settled(&self, operation: &Operation, reader: &Reader);
}

/// What was sent for an operation, and what is known to be somebody else's.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// The attempts of the current step, oldest first.
    pub attempts: &'a [Attempt],
    /// The upstream orders that prove other operations of this kind and account. None of them proves this one.
    pub bound: &'a [String],
    /// How far this machine's clock is ahead of the journal's, at least.
    pub ahead: TimeDelta,
}

/// How the live facts compare with the confirmed ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Preflight {
    /// They are the same.
    Same,
    /// They differ: it must not be sent.
    Stale {
        /// The differences, at least one.
        differences: Vec<Difference>,
    },
    /// It cannot be sent at the moment, but perhaps later.
    NotNow {
        /// Why, as a code.
        why: &'static str,
    },
    /// They cannot be read.
    Unreadable {
        /// Why, for the log and the page.
        why: String,
    },
}

/// One fact that is no longer as it was confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Which fact, as a code.
    pub fact: &'static str,
    /// What it is about, such as a coupon's id; empty when the code says it all.
    pub about: String,
    /// As it was confirmed.
    pub confirmed: String,
    /// As it is.
    pub live: String,
}

/// What looking for the effect showed.
#[derive(Debug, Clone, PartialEq)]
pub enum Sighting {
    /// It exists.
    Effect {
        /// What was read.
        evidence: Value,
        /// Whether something other than this operation brought it about.
        elsewhere: bool,
        /// The upstream order that proves it, when it must prove nothing else.
        binds: Option<String>,
    },
    /// A well-formed reading shows that it does not exist.
    NoEffect {
        /// What was read.
        evidence: Value,
        /// Why it never can any more, as a code.
        gone: Option<&'static str>,
    },
    /// A well-formed reading shows that Huawei has taken it up and not decided yet, as when people there review
    /// it. It is looked at for as long as an outcome is, and then given to people here.
    UnderWay {
        /// What was read.
        evidence: Value,
    },
    /// It cannot be told yet.
    NotYetVisible,
    /// What was read contradicts itself or the request.
    Contradiction {
        /// What was read.
        evidence: Value,
    },
    /// Nothing could be read.
    Unreadable {
        /// Why.
        why: String,
    },
}

/// The kinds that there are.
#[derive(Clone, Default)]
pub struct Registry(HashMap<&'static str, Arc<dyn Kind>>);

impl Registry {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// And this one.
    #[must_use]
    pub fn with(mut self, kind: impl Kind + 'static) -> Self {
        self.0.insert(kind.name(), Arc::new(kind));
        self
    }

    /// The kind of this name.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn Kind>> {
        self.0.get(name)
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

/// The means to read and change each account upstream. The journal is the only owner of writers.
pub trait Upstream: Send + Sync {
    /// The means to read `account`, if it is in use.
    fn reader(&self, account: AccountId) -> Option<Reader>;

    /// The means to change `account`, if it is in use.
    fn writer(&self, account: AccountId) -> Option<Arc<Writer>>;
}

/// A fixed set of accounts, as tests and simulations have it.
impl<S: std::hash::BuildHasher + Send + Sync> Upstream for HashMap<AccountId, (Reader, Arc<Writer>), S> {
    fn reader(&self, account: AccountId) -> Option<Reader> {
        self.get(&account).map(|(reader, _)| reader.clone())
    }

    fn writer(&self, account: AccountId) -> Option<Arc<Writer>> {
        self.get(&account).map(|(_, writer)| writer.clone())
    }
}
