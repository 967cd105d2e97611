//! What the simulation itself saw, beside the journal's rows and Huawei's ledger: every request as it left,
//! every form as it was posted, every answer that a person got. Rules that hold at once are judged at once.

use std::collections::{BTreeMap, BTreeSet};

use bss_portal::{
    bss::transport::Request,
    operations::{Arming, OperationId, State},
};
use chrono::{DateTime, NaiveDateTime, Utc};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{engine::TaskId, history::Violation};

/// A request that left a portal.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    /// The operation that its sender had armed.
    pub(crate) operation: Option<OperationId>,
    /// The time in its signature.
    pub(crate) x_sdk_date: DateTime<Utc>,
    /// When it left.
    pub(crate) at: DateTime<Utc>,
}

/// A form that a person posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Form {
    /// Who.
    pub(crate) person: Uuid,
    /// The key that it carried.
    pub(crate) key: Uuid,
}

/// An attempt that was committed.
type Armed = (OperationId, DateTime<Utc>, [u8; 32]);

/// All that was seen.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// Every request that left, oldest first.
    pub(crate) posts: Vec<Post>,
    /// The operations in the order they were written, also those that were lost since.
    pub(crate) operations: Vec<(OperationId, Form)>,
    /// What each form was answered with.
    pub(crate) answers: Vec<(Form, OperationId)>,
    /// Every attempt that was ever committed.
    armed: BTreeSet<Armed>,
    /// What each task armed last, or tried to.
    arming: BTreeMap<TaskId, OperationId>,
    /// The form that each task carries to a desk.
    carrying: BTreeMap<TaskId, Form>,
    /// Who took hold of each operation last.
    holders: BTreeMap<OperationId, i64>,
    /// Signatures that were used, and for which operation.
    signatures: BTreeMap<String, Option<OperationId>>,
    /// The last end of an operation that a person saw.
    pub(crate) seen: BTreeMap<OperationId, State>,
    /// Rules that were broken.
    pub(crate) violations: Vec<Violation>,
}

impl Record {
    /// A rule was broken.
    pub(crate) fn broken(&mut self, rule: &'static str, what: impl Into<String>) {
        self.violations.push(Violation { rule, what: what.into() });
    }

    /// A short name of an operation: the number of its submission.
    pub(crate) fn name(&self, id: OperationId) -> String {
        let known = self.operations.iter().position(|(known, _)| *known == id);
        known.map_or_else(|| format!("op?{}", &id.to_string()[..8]), |at| format!("op{}", at + 1))
    }

    /// A person carries a form to a desk.
    pub(crate) fn carries(&mut self, task: TaskId, form: Form) {
        self.carrying.insert(task, form);
    }

    /// An operation was written by the desk that serves this task.
    pub(crate) fn written(&mut self, task: TaskId, id: OperationId) {
        let form = self.carrying[&task];
        if !self.operations.iter().any(|(known, _)| *known == id) {
            self.operations.push((id, form));
        }
    }

    /// A worker took hold of an operation.
    pub(crate) fn held(&mut self, id: OperationId, fence: i64) {
        self.holders.insert(id, fence);
    }

    /// A worker wrote what it found of an operation.
    pub(crate) fn settled(&mut self, id: OperationId, fence: i64) {
        let holder = self.holders.get(&id).copied();
        if holder.is_some_and(|holder| holder != fence) {
            let what = format!("{} was written to by who had lost it to another", self.name(id));
            self.broken("R3", what);
        }
    }

    /// The database is an older one.
    pub(crate) fn forgets(&mut self) {
        self.holders.clear();
        self.seen.clear();
    }

    /// A task is about to arm.
    pub(crate) fn arms(&mut self, task: TaskId, id: OperationId) {
        self.arming.insert(task, id);
    }

    /// An attempt was committed.
    pub(crate) fn committed(&mut self, id: OperationId, arming: &Arming) {
        self.armed.insert((id, arming.x_sdk_date, arming.request_sha256));
    }

    /// A request leaves. Returns its number.
    pub(crate) fn leaves(&mut self, task: TaskId, request: &Request, at: DateTime<Utc>) -> usize {
        let header = |name: &str| {
            request.headers.iter().find(|(had, _)| *had == name).map_or("", |(_, value)| value.as_str())
        };
        let date = NaiveDateTime::parse_from_str(header("X-Sdk-Date"), "%Y%m%dT%H%M%SZ");
        let x_sdk_date = date.map(|date| date.and_utc()).unwrap_or_default();
        let operation = self.arming.get(&task).copied();
        let sha256: [u8; 32] = Sha256::digest(&request.body).into();
        let name = operation.map_or_else(|| "nothing".to_owned(), |id| self.name(id));
        let committed: Vec<_> = self.armed.iter().filter(|(id, ..)| Some(*id) == operation).collect();
        if committed.is_empty() {
            self.broken("I9", format!("a request of {name} left before its attempt was committed"));
        } else if !committed.iter().any(|(_, date, _)| *date == x_sdk_date) {
            // Another request of the same operation was written down, and not this one.
            let rule = if committed.len() < self.requests_of(operation) + 1 { "I9" } else { "I10" };
            self.broken(rule, format!("{name} left with another date than its attempt: {x_sdk_date}"));
        } else if !committed.iter().any(|(_, date, hash)| *date == x_sdk_date && *hash == sha256) {
            self.broken("I12", format!("{name} left with other bytes than its attempt"));
        }
        // Two operations on one thing, one after the other, may be signed alike by machines whose clocks differ
        // by as much as lies between them: the first had ended before the second began.
        let before = self.signatures.insert(header("Authorization").to_owned(), operation);
        if before.is_some_and(|before| before == operation) {
            self.broken("I10", format!("{name} left with a signature that was used before"));
        }
        self.posts.push(Post { operation, x_sdk_date, at });
        self.posts.len() - 1
    }

    fn requests_of(&self, operation: Option<OperationId>) -> usize {
        self.posts.iter().filter(|post| post.operation == operation).count()
    }

    /// A person saw an operation in this state.
    pub(crate) fn saw(&mut self, id: OperationId, state: State) {
        if let Some(before) = self.seen.get(&id)
            && *before != state
        {
            let what = format!("{} was seen {before} and then {state}", self.name(id));
            self.broken("I15", what);
        }
        if state.is_final() {
            self.seen.insert(id, state);
        }
    }
}
