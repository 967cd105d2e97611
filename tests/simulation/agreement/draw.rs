//! Draws what is asked of both journals next, from one number and from where the journal in memory is.
//! Most of it makes sense, so that histories go deep; the rest is what a wrong program would ask.

mod changes;
mod forms;

use std::time::Duration;

use bss_portal::{
    identity::access::{AccountId, Scope},
    operations::{Arming, Change, Claimed, Judgement, OperationId, Planned, State, Vote},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::journal::{Journal, Row, workers::WORKED_ON};

const ACCOUNTS: [AccountId; 2] = [AccountId(Uuid::from_u128(0xA1)), AccountId(Uuid::from_u128(0xA2))];
const PEOPLE: [&str; 4] = ["ann", "bo", "chen", "dee"];
const SECOND: Duration = Duration::from_secs(1);

/// One call of the journal.
#[derive(Debug, Clone)]
pub(crate) enum Call {
    Submit(Box<Planned>),
    Claim(Vec<State>, &'static str, Duration),
    Arm(Box<Claimed>, Arming),
    Settle(Box<Claimed>, Box<Change>),
    Vote(Vote),
    Judge(Judgement),
    Withdraw(OperationId, (Uuid, String)),
    Hasten(OperationId, (Uuid, String)),
    Expire,
    /// Perhaps after the database became another one.
    Observe(Duration),
    Resume(AccountId),
    Story(Scope, OperationId),
}

/// Where a history is.
pub(crate) struct Game {
    pub(crate) journal: Journal,
    pub(crate) now: DateTime<Utc>,
    pub(crate) identity: u64,
    /// What was claimed, also long ago.
    pub(crate) claims: Vec<Claimed>,
    /// What was submitted, so that it can be again.
    pub(crate) forms: Vec<Planned>,
}

/// Numbers from one number, the same ones for ever.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        let end = u64::try_from(from.len()).ok().filter(|end| *end > 0)?;
        from.get(usize::try_from(self.below(end)).ok()?).cloned()
    }

    fn of<T: Clone, const N: usize>(&mut self, from: [T; N]) -> T {
        from.into_iter().nth(usize::try_from(self.below(N as u64)).unwrap_or(0)).expect("not empty")
    }

    fn micros(&mut self, from: Duration, to: Duration) -> Duration {
        let (from, to) = (from.as_micros(), to.as_micros());
        Duration::from_micros(
            u64::try_from(from).unwrap_or(0) + self.below(u64::try_from(to - from).unwrap_or(1)),
        )
    }

    fn person(&mut self) -> (Uuid, String) {
        let at = self.below(4);
        let name = PEOPLE[usize::try_from(at).unwrap_or(0)];
        (Uuid::from_u128(0xBEEF + u128::from(at)), name.to_owned())
    }

    fn detail(&mut self) -> Value {
        self.of([json!({}), json!({ "n": 1.50, "a": [null] }), json!({ "why": "x" }), Value::Null])
    }
}

impl Game {
    /// What is asked next, and when.
    pub(crate) fn draw(&mut self, dice: &mut Dice) -> Call {
        self.now = self.later(dice);
        if self.journal.epochs().is_empty() && !dice.one_in(8) {
            return Call::Observe(20 * 60 * SECOND);
        }
        if dice.one_in(60) {
            self.identity += 1;
            self.journal = self.journal.recovered_as(self.identity);
        }
        let is_settling = |row: &Row| {
            row.operation.state == State::NeedsReview
                && row.requests.iter().any(|request| request.attempt.settles_at == self.now)
        };
        if self.journal.operations().any(is_settling) {
            return self.judge(dice);
        }
        if let Some(claimed) = self.claims.last().cloned()
            && let Some(row) = self.journal.operation(claimed.operation.id)
            && let Some((_, until)) = row.lease
            && row.fence == claimed.fence
            && dice.below(100) < if until > self.now { 85 } else { 15 }
        {
            let arms = row.operation.state == State::Ready && !dice.one_in(5);
            return if arms { self.arm(dice, claimed) } else { self.settle(dice, claimed) };
        }
        let is = |state| self.journal.operations().any(|row| row.operation.state == state);
        let is_due = self.journal.next_due().is_some_and(|due| due <= self.now);
        let is_known = self.journal.epochs().last().is_some_and(|epoch| epoch.identity == self.identity);
        let chances = [
            (if self.journal.open() < 3 { 20 } else { 4 }, 0),
            (if is_due { 50 } else { 5 }, 1),
            (4, 2),
            (6, 3),
            (if is(State::PendingApproval) { 24 } else { 1 }, 4),
            (if is(State::NeedsReview) { 30 } else { 1 }, 5),
            (2, 6),
            (4, 7),
            (2, 8),
            (if is_known { 2 } else { 20 }, 9),
            (if self.journal.stops().next().is_some() { 10 } else { 1 }, 10),
        ];
        let is_reviewed = self.journal.operations().any(|row| !row.reviews.is_empty());
        let story = if is_reviewed { 14 } else { 4 };
        let mut drawn = dice.below(story + chances.iter().map(|(chance, _)| chance).sum::<u64>());
        let mut chosen = 11;
        for (chance, what) in chances {
            if drawn < chance {
                chosen = what;
                break;
            }
            drawn -= chance;
        }
        match chosen {
            0 => Call::Submit(Box::new(self.planned(dice))),
            1 => Self::claim(dice),
            2 => dice.pick(&self.claims).map_or(Call::Expire, |claimed| self.arm(dice, claimed)),
            3 => dice.pick(&self.claims).map_or(Call::Expire, |claimed| self.settle(dice, claimed)),
            4 => self.vote(dice),
            5 => self.judge(dice),
            6 => {
                let (id, _) = self.some(dice, State::Ready);
                let maker = self.journal.operation(id).map(|row| &row.operation).filter(|_| !dice.one_in(3));
                let maker = maker.map(|maker| (maker.requester_id, maker.requester_name.clone()));
                Call::Withdraw(id, maker.unwrap_or_else(|| dice.person()))
            }
            7 => Call::Hasten(self.some(dice, State::NeedsReview).0, dice.person()),
            8 => Call::Expire,
            9 => Call::Observe(dice.of([Duration::ZERO, 60 * SECOND, 20 * 60 * SECOND])),
            10 => Call::Resume(dice.of(ACCOUNTS)),
            _ => {
                let scope = dice.of([Scope::of(ACCOUNTS), Scope::of(ACCOUNTS), Scope::of([ACCOUNTS[0]])]);
                Call::Story(scope, self.some(dice, State::NeedsReview).0)
            }
        }
    }

    /// A later moment, often one at which something begins or ends, or next to it.
    fn later(&self, dice: &mut Dice) -> DateTime<Utc> {
        let soon = self.now + TimeDelta::microseconds(1);
        // A stop ends with a deadline at last, but then everything else is over too.
        let near = soon + if dice.one_in(10) { TimeDelta::days(2) } else { TimeDelta::minutes(30) };
        let due = self.journal.next_due().filter(|due| *due > soon && *due < near);
        let in_review = self.journal.operations().filter(|row| row.operation.state == State::NeedsReview);
        let settles = in_review.flat_map(|row| &row.requests).map(|request| request.attempt.settles_at);
        let settles = settles.filter(|settles| *settles > soon).min();
        if let Some(settles) = settles.filter(|_| dice.one_in(6)) {
            return (settles + TimeDelta::microseconds(dice.of([0, 0, 1]))).max(soon);
        }
        match dice.below(30) {
            0..3 => soon + dice.micros(Duration::ZERO, 5 * SECOND),
            3 => soon + dice.micros(20 * SECOND, 90 * SECOND),
            4 => soon + dice.micros(300 * SECOND, 1300 * SECOND),
            5 if dice.one_in(6) => soon + dice.micros(20 * 3600 * SECOND, 30 * 3600 * SECOND),
            6 => {
                let moments = self.journal.operations().flat_map(|row| {
                    let lease = row.lease.iter().map(|(_, until)| *until);
                    let settle = row.requests.iter().map(|request| request.attempt.settles_at);
                    lease.chain(settle).chain([row.operation.approve_by, row.operation.deadline_at])
                });
                let quarantine = self.journal.epochs().last().map(|epoch| epoch.quarantine_until);
                let ahead: Vec<_> = moments.chain(quarantine).filter(|moment| *moment > soon).collect();
                let nearly = dice.pick(&ahead).unwrap_or(soon);
                (nearly + TimeDelta::microseconds(dice.of([-1, 0, 0, 1]))).max(soon)
            }
            7..18 => {
                due.map_or(soon, |due| (due + TimeDelta::microseconds(dice.of([-1, 0, 0, 0, 1]))).max(soon))
            }
            _ => soon,
        }
    }

    /// An operation and the hash of its payload: mostly one in this state, rarely one that there is not.
    fn some(&self, dice: &mut Dice, state: State) -> (OperationId, Vec<u8>) {
        let all: Vec<&Row> = self.journal.operations().collect();
        let fitting: Vec<&Row> = all.iter().copied().filter(|row| row.operation.state == state).collect();
        let row = if dice.one_in(4) { None } else { dice.pick(&fitting) };
        let row = row.or_else(|| dice.pick(&all)).filter(|_| !dice.one_in(20));
        row.map_or_else(
            || (OperationId(Uuid::nil()), Vec::new()),
            |row| (row.operation.id, row.operation.payload_sha256.clone()),
        )
    }

    fn claim(dice: &mut Dice) -> Call {
        let states = match dice.below(10) {
            0 => vec![State::Ready],
            1 => vec![State::Sending, State::Unknown, State::Confirming],
            2..4 => State::ALL.to_vec(),
            4 => vec![dice.of(State::ALL)],
            _ => WORKED_ON.to_vec(),
        };
        Call::Claim(states, dice.of(["one", "two"]), dice.micros(SECOND, 90 * SECOND))
    }

    fn vote(&self, dice: &mut Dice) -> Call {
        let (operation, mut payload_sha256) = self.some(dice, State::PendingApproval);
        if dice.one_in(12) {
            payload_sha256 = vec![1, 2, 3];
        }
        let reason = dice.of(["", "because"]).to_owned();
        Call::Vote(Vote { operation, person: dice.person(), payload_sha256, agrees: !dice.one_in(5), reason })
    }

    fn judge(&self, dice: &mut Dice) -> Call {
        let (operation, _) = self.some(dice, State::NeedsReview);
        let reason = if dice.one_in(12) { String::new() } else { "seen".to_owned() };
        Call::Judge(Judgement { operation, person: dice.person(), executed: dice.one_in(2), reason })
    }
}
