//! Random walks of operations through their states on real rows: after every step the database's guards
//! and a small pure predicate must have said the same, word for word.

use bss_portal::operations::{OperationId, State, Store as _};
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, TestRunner},
};
use sqlx::PgPool;

use super::{
    store,
    world::{ACCOUNT, World, cancellation, person, plan},
};

const WALKS: u32 = 200;

/// What surrounds an operation and matters to its guard.
#[derive(Debug, Clone, Default)]
struct Around {
    needs_approvals: usize,
    agreed: usize,
    refused: bool,
    /// Requests of the present step: those that are proved not executed, and perhaps a live one.
    dead: usize,
    live: Option<Live>,
    /// A request of another step.
    elsewhere: Option<Live>,
    /// Conclusions in the present stay in review.
    found: usize,
    not_found: usize,
    /// Conclusions of an earlier stay.
    stale: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Live {
    Armed { now: bool },
    Unknown,
    Executed,
}

impl Live {
    const fn outcome(self) -> &'static str {
        match self {
            Self::Armed { .. } => "null",
            Self::Unknown => "'unknown'",
            Self::Executed => "'executed'",
        }
    }
}

/// Why `from → to` is refused, written down a second time.
fn refusal(from: State, to: State, around: &Around) -> Option<&'static str> {
    use State::{
        Cancelled, Confirming, Expired, Failed, NeedsReview, PendingApproval, Ready, Rejected, Sending,
        Stale, Succeeded,
    };
    let dead_end = [Ready, Failed, Stale, Expired, Cancelled, Rejected].contains(&to);
    let unsettled = |live: Option<Live>| matches!(live, Some(Live::Armed { .. } | Live::Unknown));
    let agree = if to == Succeeded { around.found } else { around.not_found };
    [
        (from.is_final(), "a closed operation is final"),
        (!from.may_become(to), "illegal transition"),
        (
            (from, to) == (PendingApproval, Ready)
                && (around.agreed < around.needs_approvals || around.refused),
            "approvals are missing",
        ),
        (to == Sending && around.live != Some(Live::Armed { now: true }), "nothing is armed"),
        (to == Confirming && around.live != Some(Live::Executed), "nothing was executed"),
        (dead_end && around.live.is_some(), "an attempt is live"),
        (
            to == Succeeded && (unsettled(around.live) || unsettled(around.elsewhere)),
            "an attempt is unsettled",
        ),
        (from == NeedsReview && to.is_final() && agree < 2, "two people must agree"),
    ]
    .into_iter()
    .find_map(|(refused, why)| refused.then_some(why))
}

fn live() -> impl Strategy<Value = Option<Live>> {
    prop_oneof![
        4 => Just(None),
        2 => Just(Some(Live::Armed { now: true })),
        1 => Just(Some(Live::Armed { now: false })),
        2 => Just(Some(Live::Unknown)),
        2 => Just(Some(Live::Executed)),
    ]
}

fn around() -> impl Strategy<Value = Around> {
    (0..3_usize, prop::bool::weighted(0.1), 0..3_usize, live(), live(), 0..3_usize, 0..3_usize, 0..3_usize)
        .prop_map(|(agreed, refused, dead, live, elsewhere, found, not_found, stale)| Around {
            needs_approvals: 0,
            agreed,
            refused,
            dead,
            live,
            elsewhere,
            found,
            not_found,
            stale,
        })
}

/// One step: what is around by then, and where to go. Legal ways are preferred, so that walks get far.
#[derive(Debug, Clone)]
struct Step {
    around: Option<Around>,
    legal: bool,
    pick: prop::sample::Index,
}

fn walk() -> impl Strategy<Value = (usize, State, Vec<Step>)> {
    let step =
        (prop::option::weighted(0.8, around()), prop::bool::weighted(0.8), any::<prop::sample::Index>())
            .prop_map(|(around, legal, pick)| Step { around, legal, pick });
    let begin = prop::sample::select(State::ALL.to_vec());
    (0..3_usize, begin, prop::collection::vec(step, 1..14))
}

/// Puts the surroundings in place behind the guards' back.
async fn arrange(db: &PgPool, id: OperationId, around: &Around) {
    let mut script = vec![
        format!("delete from approval where operation_id = '{id}'"),
        format!("delete from attempt where operation_id = '{id}'"),
        format!("delete from review where operation_id = '{id}'"),
    ];
    let decisions = std::iter::repeat_n("approve", around.agreed);
    for decision in decisions.chain(around.refused.then_some("reject")) {
        script.push(format!(
            "insert into approval (operation_id, approver_id, approver_name, payload_sha256, decision)
             select id, gen_random_uuid(), 'c', payload_sha256, '{decision}' from operation where id = '{id}'"
        ));
    }
    let attempts = std::iter::repeat_n(("step", "'not_executed'", true), around.dead)
        .chain(around.live.map(|live| ("step", live.outcome(), live != Live::Armed { now: false })))
        .chain(around.elsewhere.map(|live| ("'elsewhere'", live.outcome(), true)));
    for (no, (step, outcome, now)) in (1..).zip(attempts) {
        let fence = if now { "fence" } else { "fence + 1" };
        script.push(format!(
            "insert into attempt (operation_id, account_id, step, attempt_no, fence, x_sdk_date, settles_at,
                 request_sha256, outcome)
             select id, '{}', {step}, {no}, {fence}, now(), now() + interval '1 day', sha256('x'), {outcome}
               from operation where id = '{id}'",
            ACCOUNT.0
        ));
    }
    let reviews = std::iter::repeat_n(("executed", "state_since"), around.found)
        .chain(std::iter::repeat_n(("not_executed", "state_since"), around.not_found))
        .chain(std::iter::repeat_n(("executed", "state_since - interval '1 hour'"), around.stale))
        .chain(std::iter::repeat_n(("not_executed", "state_since - interval '1 hour'"), around.stale));
    for (verdict, round) in reviews {
        script.push(format!(
            "insert into review (operation_id, round, reviewer_id, reviewer_name, verdict, reason)
             select id, {round}, gen_random_uuid(), 'r', '{verdict}', 'x' from operation where id = '{id}'"
        ));
    }
    store::unguarded_script(db, &script.join(";")).await;
}

#[sqlx::test]
async fn on_random_walks_the_database_and_the_predicate_say_the_same(db: PgPool) {
    let world = World::new(db.clone()).await;
    let mut runner = TestRunner::new(Config::default());
    let (mut through, mut refused) = (0, std::collections::BTreeMap::<&str, u32>::new());
    for n in 0..10 * WALKS {
        // Some refusals are rare: it goes on until each was met.
        if n >= WALKS && refused.len() == 8 {
            break;
        }
        let (needs, begin, steps) = walk().new_tree(&mut runner).expect("a walk").current();
        let planned = plan(&person("maker"), cancellation(&format!("CS{n}")));
        world.store.submit(&planned).await.expect("submitted");
        let id = planned.id;
        let needed = format!("update operation set needs_approvals = {needs} where id = '{id}'");
        store::unguarded(&db, &needed).await.expect("arranged");
        store::force(&db, id.0, begin).await;
        let (mut at, mut now) = (begin, Around { needs_approvals: needs, ..Around::default() });
        for step in &steps {
            if let Some(around) = &step.around {
                now = Around { needs_approvals: needs, ..around.clone() };
                arrange(&db, id, &now).await;
            } else if at == State::NeedsReview {
                // A stay in review begins without conclusions.
                now = Around { found: 0, not_found: 0, ..now };
                arrange(&db, id, &now).await;
            }
            let ways: Vec<State> = State::ALL
                .into_iter()
                .filter(|to| *to != at && (!step.legal || at.may_become(*to)))
                .collect();
            let Some(to) = (!ways.is_empty()).then(|| *step.pick.get(&ways)) else { break };
            let said =
                store::run(&db, &format!("update operation set state = '{to}' where id = '{id}'")).await;
            let expected = refusal(at, to, &now);
            match (&said, expected) {
                (Ok(1), None) => {
                    at = to;
                    through += 1;
                }
                (Err(words), Some(why)) if words.contains(why) => *refused.entry(why).or_default() += 1,
                _ => panic!("{at} -> {to} with {now:?}: the database {said:?}, the predicate {expected:?}"),
            }
            let is = store::one(&db, &format!("select state from operation where id = '{id}'")).await;
            assert_eq!(is.as_deref(), Some(at.as_str()), "and it is where it should be");
        }
    }
    assert!(through >= 100, "walks get somewhere: {through}");
    assert_eq!(refused.len(), 8, "every refusal was met: {refused:?}");
}
