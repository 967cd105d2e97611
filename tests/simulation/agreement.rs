//! The journal in memory and the journal in PostgreSQL agree: the same calls, drawn at random, are answered
//! the same and leave the same rows, after each one of them.

mod draw;
mod rows;
mod store;

use std::collections::{BTreeMap, BTreeSet};

use bss_portal::operations::{Claimed, Fault, PgStore, State, Store as _, Submitted, TRANSITIONS};
use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use self::draw::{Call, Dice, Game};
use crate::journal::{Journal, rules, workers::WORKED_ON};

/// Histories per test, and calls per history.
const HISTORIES: u64 = 150;
const CALLS: u64 = 40;

/// Histories in which the two did not agree once; each number is a call.
const KNOWN: [&[u64]; 0] = [];

/// What every run must have been answered at least once.
const ANSWERS: &[&str] = &[
    "arm Clock",
    "arm Halted",
    "arm Live",
    "arm Moved",
    "arm Ok",
    "arm Refused: new row for relation \"attempt\" violates check constraint \"pay_names_its_order\"",
    "arm Refused: new row for relation \"attempt\" violates check constraint \"settles_after_signing\"",
    "arm Refused: the deadline has passed",
    "arm Refused: this is not the order to pay",
    "claim None",
    "claim Some",
    "expire None",
    "expire Some",
    "hasten Moved",
    "hasten Ok",
    "judge FAILED",
    "judge Moved",
    "judge NEEDS_REVIEW",
    "judge Refused: a request may still take effect",
    "judge Refused: duplicate key value violates unique constraint \"review_pkey\"",
    "judge Refused: new row for relation \"review\" violates check constraint \"review_reason_check\"",
    "judge SUCCEEDED",
    "observe careful",
    "observe Ok",
    "resume Ok",
    "settle Clock",
    "settle Moved",
    "settle Ok",
    "settle Refused: a bound order stays bound",
    "settle Refused: an attempt is live",
    "settle Refused: an attempt is unsettled",
    "settle Refused: approvals are missing",
    "settle Refused: duplicate key value violates unique constraint \"order_proves_one_operation\"",
    "settle Refused: illegal transition",
    "settle Refused: new row for relation \"attempt\" violates check constraint \"attempt_class_check\"",
    "settle Refused: nothing is armed",
    "settle Refused: nothing was executed",
    "settle Refused: two people must agree",
    "story None",
    "story Some",
    "submit Already",
    "submit Busy",
    "submit Moved",
    "submit New",
    "submit OtherForm",
    "submit Refused: duplicate key value violates unique constraint \"operation_pkey\"",
    "submit Refused: duplicate key value violates unique constraint \"operation_target_pkey\"",
    "submit Refused: new row for relation \"operation\" violates check constraint \"operation_hold_ms_check\"",
    "submit Refused: new row for relation \"operation\" violates check constraint \"operation_kind_check\"",
    "submit Refused: new row for relation \"operation\" violates check constraint \"operation_step_check\"",
    "submit Refused: new row for relation \"operation\" violates check constraint \"paying_names_an_order\"",
    "submit Refused: new row for relation \"operation\" violates check constraint \"unsubscribing_waits\"",
    "submit Refused: null value in column \"epoch\" of relation \"operation\" violates not-null constraint",
    "submit TooLate",
    "vote Moved",
    "vote PENDING_APPROVAL",
    "vote READY",
    "vote REJECTED",
    "vote Refused: duplicate key value violates unique constraint \"approval_pkey\"",
    "vote Refused: nothing to approve",
    "vote Refused: something else was approved",
    "vote Refused: the maker cannot be the checker",
    "withdraw Moved",
    "withdraw Ok",
];

#[sqlx::test]
async fn any_calls_in_any_order_are_answered_alike_and_leave_the_same_rows(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    agree(options, connect, 1).await;
}

#[sqlx::test]
async fn and_so_are_others(options: PgPoolOptions, connect: PgConnectOptions) {
    agree(options, connect, 2).await;
}

#[sqlx::test]
async fn the_policy_and_the_kinds_are_those_of_the_database(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let PgStore(db) = store::open(options, connect).await;
    let mut ours: Vec<_> =
        rules::TIERS.iter().map(|(kind, above, n)| ((*kind).to_owned(), *above, *n)).collect();
    ours.sort();
    assert_eq!(ours, store::tiers(&db).await);
    assert_eq!(rules::KINDS.to_vec(), store::allowed(&db, "operation_kind_check").await);
    assert_eq!(rules::STEPS.to_vec(), store::allowed(&db, "operation_step_check").await);
}

/// Plays histories in one database; `lane` makes them other ones than those of another test. More of them
/// with AGREEMENT_HISTORIES=5000.
async fn agree(options: PgPoolOptions, connect: PgConnectOptions, lane: u64) {
    let store = store::open(options, connect).await;
    let asked = std::env::var("AGREEMENT_HISTORIES").ok().and_then(|n| n.parse().ok());
    let mut seen = Seen::default();
    for known in KNOWN {
        play(&store, known, &mut seen).await.unwrap_or_else(|differs| panic!("{known:?}: {differs}"));
    }
    let wanted = asked.unwrap_or(HISTORIES);
    // When the numbers mean something else than before, what is rare may come a little later.
    for history in 0..wanted * 3 {
        if history >= wanted && seen.misses().is_empty() {
            break;
        }
        let mut dice = Dice(lane << 32 | history);
        let calls: Vec<u64> = (0..CALLS).map(|_| dice.roll()).collect();
        if let Err(differs) = play(&store, &calls, &mut seen).await {
            let (calls, differs) = shrunk(&store, calls, differs).await;
            panic!("the journals differ after {calls:?}:\n{differs}");
        }
    }
    println!("{} operations, {} attempts: {:#?}", seen.operations, seen.attempts, seen.answers);
    // A comparison that reached less has proved less.
    assert!(seen.misses().is_empty(), "never seen: {:#?}", seen.misses());
}

/// The shortest history found that still ends in a difference.
async fn shrunk(store: &PgStore, mut calls: Vec<u64>, mut differs: String) -> (Vec<u64>, String) {
    let mut at = calls.len();
    while at > 0 {
        at -= 1;
        let mut fewer = calls.clone();
        fewer.remove(at);
        if let Err(still) = play(store, &fewer, &mut Seen::default()).await {
            (calls, differs) = (fewer, still);
        }
    }
    (calls, differs)
}

/// Plays one history in both journals. The words say what differs first.
async fn play(store: &PgStore, calls: &[u64], seen: &mut Seen) -> Result<(), String> {
    store::wipe(&store.0).await;
    let mut game = Game {
        journal: Journal::new(1),
        now: DateTime::UNIX_EPOCH + TimeDelta::days(20_000),
        identity: 1,
        claims: Vec::new(),
        forms: Vec::new(),
    };
    for seed in calls {
        let call = game.draw(&mut Dice(*seed));
        store::set(&store.0, game.now, game.identity).await;
        let was_due = game.journal.next_due().is_some_and(|due| due <= game.now);
        let ours = ask_memory(&mut game, &call);
        let (theirs, claimed) = ask_postgres(store, &call, &game).await;
        let mut differences = Vec::new();
        differ("answer", &json!([ours.0, ours.1]), &json!([theirs.0, theirs.1]), &mut differences);
        differ("rows", &rows::all(&game.journal), &store::rows(&store.0).await, &mut differences);
        if matches!(&call, Call::Claim(states, ..) if *states == WORKED_ON && claimed.is_some() != was_due) {
            differences.push(format!("next_due says {was_due}"));
        }
        if !differences.is_empty() {
            return Err(format!("{} {call:#?}\n{}", game.now, differences.join("\n")));
        }
        game.claims.extend(claimed);
        seen.answered(&call, &ours.0);
    }
    seen.ended(&game.journal);
    Ok(())
}

/// An answer: what kind of one it was, and what it said.
type Said = (String, Value);

fn said<T>(answer: Result<T, Fault>, shape: impl FnOnce(T) -> Said) -> Said {
    match answer {
        Ok(value) => shape(value),
        Err(Fault::Refused(words)) => (format!("Refused: {words}"), Value::Null),
        Err(fault @ Fault::Unknown(_)) => panic!("{fault}"),
        Err(fault) => (format!("{fault:?}"), Value::Null),
    }
}

fn ok((): ()) -> Said {
    ("Ok".to_owned(), Value::Null)
}

fn some(value: Value) -> Said {
    (if value.is_null() { "None" } else { "Some" }.to_owned(), value)
}

fn state(state: State) -> Said {
    (state.to_string(), Value::Null)
}

fn careful(careful: bool) -> Said {
    (if careful { "careful" } else { "Ok" }.to_owned(), Value::Null)
}

fn expired(expired: u64) -> Said {
    some(if expired == 0 { Value::Null } else { json!(expired) })
}

/// Whichever of several holders is named in the way of several targets is right.
fn submitted(submitted: Submitted, call: &Call, journal: &Journal) -> Said {
    let (name, id) = match submitted {
        Submitted::New(id) => ("New", Some(id)),
        Submitted::Already(id) => ("Already", Some(id)),
        Submitted::OtherForm(id) => ("OtherForm", Some(id)),
        Submitted::Busy(id) => ("Busy", Some(id)),
        Submitted::TooLate => ("TooLate", None),
    };
    if let (Submitted::Busy(id), Call::Submit(planned)) = (submitted, call) {
        let upper = |target: &bss_portal::operations::Target| {
            let (kind, id) = target.parts();
            (kind, id.to_uppercase())
        };
        let holder = journal.operation(id).filter(|row| row.operation.closed_at.is_none());
        let wanted: Vec<_> = planned.intent.targets.iter().map(upper).collect();
        let holds =
            holder.is_some_and(|row| row.targets.iter().any(|target| wanted.contains(&upper(target))));
        return ("Busy".to_owned(), json!(holds));
    }
    (name.to_owned(), json!(id))
}

fn ask_memory(game: &mut Game, call: &Call) -> Said {
    let now = game.now;
    let journal = &mut game.journal;
    match call {
        Call::Submit(planned) => {
            let answer = journal.submit(planned, now);
            said(answer, |answer| submitted(answer, call, journal))
        }
        Call::Claim(states, by, lease) => {
            let claimed = journal.claim(states, by, *lease, now);
            said(claimed, |claimed| some(rows::claimed(claimed.as_ref())))
        }
        Call::Arm(claimed, arming) => said(journal.arm(claimed, arming, now), ok),
        Call::Settle(claimed, change) => said(journal.settle(claimed, change, now), ok),
        Call::Vote(vote) => said(journal.vote(vote, now), state),
        Call::Judge(judgement) => said(journal.judge(judgement, now), state),
        Call::Withdraw(id, person) => said(journal.withdraw(*id, person, now), ok),
        Call::Hasten(id, person) => said(journal.hasten(*id, person, now), ok),
        Call::Expire => expired(journal.expire(now)),
        Call::Observe(quarantine) => said(journal.observe(*quarantine, now), careful),
        Call::Resume(account) => {
            journal.resume(*account);
            ok(())
        }
        Call::Story(scope, id) => some(rows::story(journal.story(scope, *id).as_ref())),
    }
}

async fn ask_postgres(store: &PgStore, call: &Call, game: &Game) -> (Said, Option<Claimed>) {
    let answer = match call {
        Call::Submit(planned) => {
            said(store.submit(planned).await, |answer| submitted(answer, call, &game.journal))
        }
        Call::Claim(states, by, lease) => {
            let claimed = store.claim(states, by, *lease).await;
            let kept = claimed.as_ref().ok().cloned().flatten();
            return (said(claimed, |claimed| some(rows::claimed(claimed.as_ref()))), kept);
        }
        Call::Arm(claimed, arming) => said(store.arm(claimed, arming).await, ok),
        Call::Settle(claimed, change) => said(store.settle(claimed, change).await, ok),
        Call::Vote(vote) => said(store.vote(vote).await, state),
        Call::Judge(judgement) => said(store.judge(judgement).await, state),
        Call::Withdraw(id, person) => said(store.withdraw(*id, person).await, ok),
        Call::Hasten(id, person) => said(store.hasten(*id, person).await, ok),
        Call::Expire => said(store.expire().await, expired),
        Call::Observe(quarantine) => said(store.observe(*quarantine).await, careful),
        Call::Resume(account) => said(store.resume(*account).await, ok),
        Call::Story(scope, id) => {
            said(store.story(scope, *id).await, |story| some(rows::story(story.as_ref())))
        }
    };
    (answer, None)
}

/// Where two values differ, by path.
fn differ(path: &str, ours: &Value, theirs: &Value, found: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys {
                let absent = json!("(absent)");
                let (a, b) = (a.get(key).unwrap_or(&absent), b.get(key).unwrap_or(&absent));
                differ(&format!("{path}.{key}"), a, b, found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (n, (a, b)) in a.iter().zip(b).enumerate() {
                differ(&format!("{path}[{n}]"), a, b, found);
            }
        }
        (a, b) if a == b => {}
        (a, b) => found.push(format!("{path}\n  memory:     {a}\n  PostgreSQL: {b}")),
    }
}

/// What was reached.
#[derive(Default)]
struct Seen {
    answers: BTreeMap<String, u32>,
    transitions: BTreeSet<(String, String)>,
    operations: usize,
    attempts: usize,
}

impl Seen {
    fn answered(&mut self, call: &Call, answer: &str) {
        let method = match call {
            Call::Submit(_) => "submit",
            Call::Claim(..) => "claim",
            Call::Arm(..) => "arm",
            Call::Settle(..) => "settle",
            Call::Vote(_) => "vote",
            Call::Judge(_) => "judge",
            Call::Withdraw(..) => "withdraw",
            Call::Hasten(..) => "hasten",
            Call::Expire => "expire",
            Call::Observe(_) => "observe",
            Call::Resume(_) => "resume",
            Call::Story(..) => "story",
        };
        let illegal = "Refused: illegal transition";
        let answer = if answer.starts_with(illegal) { illegal } else { answer };
        *self.answers.entry(format!("{method} {answer}")).or_default() += 1;
    }

    fn ended(&mut self, journal: &Journal) {
        for row in journal.operations() {
            self.operations += 1;
            self.attempts += row.requests.len();
            let events =
                row.events.iter().filter_map(|(event, _)| event.from_state.zip(Some(event.to_state)));
            let moves = events.filter(|(from, to)| from != to);
            self.transitions.extend(moves.map(|(from, to)| (from.to_string(), to.to_string())));
        }
    }

    /// What was never answered, and which changes of state were never made.
    fn misses(&self) -> Vec<String> {
        // It takes a next step to have no executed attempt, and no change names one.
        let unreachable = (State::Confirming.to_string(), State::Ready.to_string());
        let answers = ANSWERS.iter().filter(|answer| !self.answers.contains_key(**answer));
        let moves = TRANSITIONS.iter().map(|rule| (rule.from.to_string(), rule.to.to_string()));
        let moves = moves.filter(|moved| !self.transitions.contains(moved) && *moved != unreachable);
        let moves = moves.map(|(from, to)| format!("{from} -> {to}"));
        answers.map(|answer| (*answer).to_owned()).chain(moves).collect()
    }
}
