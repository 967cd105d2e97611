//! Sixty-four real connections at once against each rule of the journal: exactly what is legal happens,
//! whoever comes first. Each test goes red when the constraint or trigger that it is about is taken away.

use std::time::Duration;

use bss_portal::{
    identity::access::AccountId,
    operations::{
        Answered, Change, Claimed, Fault, Intent, Note, OperationId, Outcome, Planned, State, Store as _,
        Submitted, Timings, Verdict,
    },
};
use chrono::TimeDelta;
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    crowd::{CROWD, Crowd, through},
    store,
    world::{ACCOUNT, World, cancellation, pay_order, payment, person, plan},
};

async fn submit(crowd: &Crowd, plans: Vec<Planned>) -> Vec<Submitted> {
    crowd
        .act(|n, store| {
            let planned = plans[n].clone();
            async move { store.submit(&planned).await.expect("submitted") }
        })
        .await
}

fn made(done: &[Submitted]) -> Vec<OperationId> {
    done.iter().filter_map(|s| if let Submitted::New(id) = s { Some(*id) } else { None }).collect()
}

const LEASE: Duration = Duration::from_mins(1);

#[sqlx::test]
async fn one_form_is_one_operation(db: PgPool) {
    World::new(db.clone()).await;
    let crowd = Crowd::gather(&db).await;
    let (maker, intent) = (person("maker"), payment("CS1", "100.00"));
    let done = submit(&crowd, (0..CROWD).map(|_| plan(&maker, intent.clone())).collect()).await;
    let new = made(&done);
    assert_eq!(new.len(), 1);
    assert_eq!(done.iter().filter(|s| **s == Submitted::Already(new[0])).count(), 63, "{done:?}");
    assert_eq!(store::count(&db, "operation").await, 1);
}

#[sqlx::test]
async fn a_form_that_asks_for_something_else_by_then_is_refused_with_what_it_became(db: PgPool) {
    let world = World::new(db.clone()).await;
    let crowd = Crowd::gather(&db).await;
    let (maker, form) = (person("maker"), Uuid::new_v4());
    let ask = |order: &str| Intent::new(ACCOUNT, form, &pay_order(order, "100.00"));
    let orders = ["CS1", "CS2"];
    let plans = (0..CROWD as usize).map(|n| plan(&maker, ask(orders[n % 2]))).collect();
    let done = submit(&crowd, plans).await;
    let id = made(&done)[0];
    assert_eq!(done.iter().filter(|s| **s == Submitted::Already(id)).count(), 31, "{done:?}");
    assert_eq!(done.iter().filter(|s| **s == Submitted::OtherForm(id)).count(), 32, "{done:?}");
    assert_eq!(store::count(&db, "operation_target").await, 1);
    let mut otherwise = pay_order(&world.story(id).await.operation.subject, "100.00");
    otherwise.reason = "a better one".to_owned();
    let otherwise = plan(&maker, Intent::new(ACCOUNT, form, &otherwise));
    assert_eq!(crowd.store.submit(&otherwise).await.expect("answered"), Submitted::OtherForm(id));
}

#[sqlx::test]
async fn people_on_one_order_get_one_operation_and_its_name(db: PgPool) {
    World::new(db.clone()).await;
    let crowd = Crowd::gather(&db).await;
    let payer = AccountId(Uuid::from_u128(0xCAFE));
    // Paying and cancelling exclude each other; ids match without regard to case, and whether the
    // account that placed the order acts or the one that pays for it.
    let plans = (0..CROWD).map(|n| {
        let intent = match n % 4 {
            0 => payment("CS1ab", "100.00"),
            1 => payment("cs1AB", "100.00"),
            2 => Intent::new(payer, Uuid::new_v4(), &pay_order("CS1ab", "100.00")),
            _ => cancellation("CS1AB"),
        };
        plan(&person(&format!("maker-{n}")), intent)
    });
    let done = submit(&crowd, plans.collect()).await;
    let new = made(&done);
    assert_eq!(new.len(), 1, "{done:?}");
    assert_eq!(done.iter().filter(|s| **s == Submitted::Busy(new[0])).count(), 63, "{done:?}");
    assert_eq!(store::count(&db, "operation").await, 1);
    assert_eq!(store::count(&db, "operation_event").await, 1, "of the others nothing is left");
}

#[sqlx::test]
async fn every_operation_is_claimed_by_one_worker(db: PgPool) {
    let world = World::new(db.clone()).await;
    for n in 0..CROWD {
        world.submit(payment(&format!("CS{n}"), "100.00")).await;
    }
    let crowd = Crowd::gather(&db).await;
    let done = crowd.act(|n, store| async move {
        store.claim(&[State::Ready], &format!("w{n}"), LEASE).await.expect("claimed")
    });
    let mut ids: Vec<_> = done.await.into_iter().flatten().map(|claimed| claimed.operation.id).collect();
    let got = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), got), (64, 64), "each once, and nobody waits for another");
    assert_eq!(store::count(&db, "operation where fence = 1").await, 64);
}

#[sqlx::test]
async fn one_claim_arms_once(db: PgPool) {
    let world = World::new(db.clone()).await;
    let id = world.pay("CS1").await;
    let claimed = world.claim().await.expect("ready");
    let crowd = Crowd::gather(&db).await;
    let arming = world.arming(TimeDelta::zero());
    let done = crowd.act(|_, store| {
        let (claimed, arming) = (claimed.clone(), arming.clone());
        async move { store.arm(&claimed, &arming).await }
    });
    assert_eq!(through(&done.await), 1);
    // Not even behind the guard's back.
    store::force(&db, id.0, State::Ready).await;
    assert!(matches!(world.arm(&claimed).await, Err(Fault::Live)));
}

#[sqlx::test]
async fn a_step_has_one_live_attempt_even_without_any_guard(db: PgPool) {
    let world = World::new(db.clone()).await;
    let id = world.submit(cancellation("CS1")).await;
    let crowd = Crowd::gather(&db).await;
    let done = crowd.act(|n, store| async move {
        let outcome = ["null", "'unknown'", "'executed'"][n % 3];
        store::unguarded(
            &store.0,
            &format!(
                "insert into attempt (operation_id, account_id, step, attempt_no, fence, x_sdk_date, settles_at,
                     request_sha256, outcome)
                 values ('{id}', '{}', 'cancel', {}, 1, now(), now() + interval '1 day', sha256('x'), {outcome})",
                ACCOUNT.0,
                n + 1,
            ),
        )
        .await
    });
    let done = done.await;
    assert_eq!(done.iter().filter(|one| one.is_ok()).count(), 1, "{done:?}");
    let constraint = "one_live_attempt_per_step";
    assert!(done.iter().filter_map(|one| one.as_ref().err()).all(|words| words.contains(constraint)));
}

#[sqlx::test]
async fn an_order_is_paid_at_most_once_over_all_operations_and_accounts(db: PgPool) {
    let world = World::new(db.clone()).await;
    let mut claims: Vec<Claimed> = Vec::new();
    for n in 0..CROWD as usize {
        // Each holds the order in its own way of writing, after some wrong program let go of it.
        let account = if n % 2 == 0 { ACCOUNT } else { AccountId(Uuid::from_u128(0xCAFE)) };
        let order = if n % 3 == 0 { "CS1ab" } else { "cs1AB" };
        world.submit(Intent::new(account, Uuid::new_v4(), &pay_order(order, "100.00"))).await;
        store::unguarded(&db, "update operation_target set open = false").await.expect("let go");
        claims.push(world.claim().await.expect("ready"));
    }
    let crowd = Crowd::gather(&db).await;
    let arming = world.arming(TimeDelta::zero());
    let done = crowd.act(|n, store| {
        let (claimed, arming) = (claims[n].clone(), arming.clone());
        async move { store.arm(&claimed, &arming).await }
    });
    let done = done.await;
    assert_eq!(through(&done), 1);
    assert_eq!(done.iter().filter(|one| matches!(one, Err(Fault::Live))).count(), 63, "{done:?}");
}

#[sqlx::test]
async fn of_all_who_ever_held_it_only_the_last_can_arm_and_settle(db: PgPool) {
    let mut world = World::new(db.clone()).await;
    world.pay("CS1").await;
    let mut claims = Vec::new();
    for _ in 0..CROWD {
        claims.push(world.claim_again().await);
        world.pass(Duration::from_secs(61)).await;
    }
    let crowd = Crowd::gather(&db).await;
    let arming = world.arming(TimeDelta::zero());
    let arm = |claims: Vec<Claimed>| {
        let crowd = &crowd;
        let arming = arming.clone();
        async move {
            let done = crowd.act(|n, store| {
                let (claimed, arming) = (claims[n].clone(), arming.clone());
                async move { store.arm(&claimed, &arming).await }
            });
            done.await
        }
    };
    assert_eq!(
        through(&arm(claims.clone()).await),
        0,
        "even the last lease is over, by the database's clock"
    );
    let last = claims.len() - 1;
    claims[last] = world.claim_again().await;
    assert_eq!(through(&arm(claims.clone()).await), 1);
    let settled = crowd.act(|n, store| {
        let claimed = claims[n].clone();
        let change = Change::to(State::Confirming, Note::Accepted);
        let verdict = Verdict::Answer(Outcome::Executed, Answered::default());
        async move { (n, store.settle(&claimed, &Change { verdict, ..change }).await) }
    });
    for (n, settled) in settled.await {
        match settled {
            Ok(()) => assert_eq!(n, last, "only who holds it"),
            Err(fault) => assert!(n != last && matches!(fault, Fault::Moved), "{n}: {fault}"),
        }
    }
}

#[sqlx::test]
async fn on_one_row_exactly_a_legal_chain_happens(db: PgPool) {
    let world = World::new(db.clone()).await;
    let crowd = Crowd::gather(&db).await;
    let (mut moves, mut refusals) = (0, 0);
    for from in State::ALL.into_iter().filter(|state| !state.is_final()).cycle().take(18) {
        let id = world.submit(payment(&format!("CS{moves}-{refusals}"), "100.00")).await;
        store::force(&db, id.0, from).await;
        let events = store::count(&db, &format!("operation_event where operation_id = '{id}'")).await;
        let done = crowd.act(|n, store| async move {
            let to = State::ALL[n % State::ALL.len()];
            let change = format!("update operation set state = '{to}' where id = '{id}' and state <> '{to}'");
            store::run(&store.0, &change).await
        });
        let changed: u64 = done.await.into_iter().flatten().sum();
        let story = world.story(id).await;
        let chain = &story.events[usize::try_from(events).expect("few")..];
        assert_eq!(chain.len() as u64, changed, "what went through is history, and nothing else");
        let mut at = from;
        for event in chain {
            assert_eq!(event.from_state, Some(at), "no step is missing");
            assert!(at.may_become(event.to_state), "{at} -> {}", event.to_state);
            at = event.to_state;
        }
        assert_eq!(story.operation.state, at);
        moves += changed;
        refusals += u64::from(CROWD) - changed;
    }
    assert!(moves >= 9 && refusals >= 500, "{moves} moves, {refusals} refusals");
}

#[sqlx::test]
async fn an_attempt_is_settled_once_and_for_good(db: PgPool) {
    let world = World::new(db.clone()).await;
    let crowd = Crowd::gather(&db).await;
    for round in 0..4 {
        world.submit(cancellation(&format!("CS{round}"))).await;
        let claimed = world.claim().await.expect("ready");
        world.arm(&claimed).await.expect("armed");
        let id = claimed.operation.id;
        let done = crowd.act(|n, store| async move {
            let outcome = ["executed", "not_executed"][n % 2];
            let settle = format!(
                "update attempt set outcome = '{outcome}' where operation_id = '{id}' and outcome is distinct from '{outcome}'"
            );
            (outcome, store::run(&store.0, &settle).await)
        });
        let settled: Vec<_> =
            done.await.into_iter().filter(|(_, done)| *done == Ok(1)).map(|(outcome, _)| outcome).collect();
        assert_eq!(settled.len(), 1, "{settled:?}");
        let read = format!("select outcome from attempt where operation_id = '{id}'");
        assert_eq!(store::one(&db, &read).await.as_deref(), Some(settled[0]));
    }
}

#[sqlx::test]
async fn an_upstream_order_proves_one_operation(db: PgPool) {
    let world = World::new(db.clone()).await;
    let mut claims = Vec::new();
    for n in 0..CROWD {
        world.submit(cancellation(&format!("CS{n}"))).await;
        claims.push(world.claim().await.expect("ready"));
    }
    let crowd = Crowd::gather(&db).await;
    let done = crowd.act(|n, store| {
        let claimed = claims[n].clone();
        let change = Change { binds: Some("CS-PROOF".to_owned()), ..Change::later(State::Ready) };
        async move { store.settle(&claimed, &change).await }
    });
    let done = done.await;
    assert_eq!(through(&done), 1);
    assert!(done.iter().filter_map(|one| one.as_ref().err()).all(|fault| matches!(fault, Fault::Refused(_))));
    assert_eq!(store::count(&db, "operation where upstream_order_id is not null").await, 1);
}

#[sqlx::test]
async fn a_recovered_database_is_recorded_once(db: PgPool) {
    let world = World::new(db.clone()).await;
    world.pay("CS1").await;
    let other = "insert into recovery_epoch (system_identifier, timeline, database_oid, quarantine_until)
                 values (1, 'x', 1, journal_clock())";
    store::run(&db, other).await.expect("recorded");
    let before = store::count(&db, "recovery_epoch").await;
    let crowd = Crowd::gather(&db).await;
    let quarantine = Timings::REAL.quarantine;
    let done = crowd.act(|_, store| async move { store.observe(quarantine).await.expect("observed") });
    assert_eq!(done.await.into_iter().filter(|new| *new).count(), 1, "one says that it is careful now");
    assert_eq!(store::count(&db, "recovery_epoch").await, before + 1);
    assert!(world.claim().await.is_none(), "quarantine");
}
