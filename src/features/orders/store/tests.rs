//! What writing orders must be, against real tables.

use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};

use super::*;
use crate::{
    db::is_overtaken,
    features::orders::fixtures::{OURS, THEIRS, order, put, start},
    money::Money,
};

/// What the tallies should hold, counted; and that they hold nothing else.
async fn assert_tallied(db: &PgPool) {
    let wrong: i64 = sqlx::query_scalar(
        "select count(*) from (
             select account_id, coalesce(order_type, -1) as order_type, coalesce(service_type_code, '*') as service,
                    status, count(*) as n, sum(payable) as payable, sum(official) as official
             from orders group by account_id, status, cube (order_type, service_type_code)) as counted
         full join (select * from order_tally where n <> 0 or payable <> 0 or official <> 0) as t
             on (t.account_id, t.order_type, t.service_type_code, t.status)
                = (counted.account_id, counted.order_type, counted.service, counted.status)
         where (t.n, t.payable, t.official) is distinct from (counted.n, counted.payable, counted.official)",
    )
    .fetch_one(db)
    .await
    .expect("counts");
    assert_eq!(wrong, 0, "tallies differ from the orders");
}

fn changed(n: u32, status: i16, fen: i64) -> Order {
    let mut order = order(OURS, n);
    order.status = status;
    order.payable = Money::from_fen(fen);
    order.raw = format!("{{\"n\":{n},\"status\":{status},\"fen\":{fen}}}");
    order.digest = order.digest();
    order
}

#[sqlx::test]
async fn what_has_not_changed_is_not_written(db: PgPool) {
    let mut orders: Vec<Order> = (0..300).map(|n| order(OURS, n)).collect();
    assert_eq!(put(&db, OURS, &orders).await, Written { added: 300, changed: 0 });
    let versions = || async {
        sqlx::query_scalar::<_, String>(
            "select string_agg(id || ':' || xmin || ':' || ctid, ',' order by id) from (
                 select id, xmin, ctid from orders union all select order_pk, xmin, ctid from order_raw
                 union all select order_pk, xmin, ctid from order_gram) as every",
        )
        .fetch_one(&db)
        .await
        .expect("reads")
    };
    let before = versions().await;
    assert_eq!(put(&db, OURS, &orders).await, Written::default());
    assert_eq!(versions().await, before);
    orders[7] = changed(7, 4, 1);
    assert_eq!(put(&db, OURS, &orders).await, Written { added: 0, changed: 1 });
    assert_tallied(&db).await;
}

#[sqlx::test]
async fn an_order_with_odd_text_is_stored_as_it_came(db: PgPool) {
    let mut odd = order(OURS, 1);
    odd.project_name = "a\tb\\N\nc\r\\".to_owned();
    odd.raw = "{\"x\":\"\\u0000\\t\\\\\"}".to_owned();
    put(&db, OURS, &[odd.clone()]).await;
    let found = find(&db, &Scope::of([OURS]), &odd.order_id).await.expect("asks").expect("is there");
    assert_eq!(found.listed, odd.raw);
    let project: String =
        sqlx::query_scalar("select project_name from orders").fetch_one(&db).await.expect("reads");
    assert_eq!(project, odd.project_name);
}

#[sqlx::test]
async fn an_order_of_two_accounts_is_found_with_the_one_that_pays(db: PgPool) {
    let own = order(OURS, 1);
    let mut paid_for = Order { account: THEIRS, for_member: true, ..own.clone() };
    paid_for.digest = paid_for.digest();
    put(&db, OURS, std::slice::from_ref(&own)).await;
    put(&db, THEIRS, &[paid_for]).await;
    for (scope, account) in [(vec![OURS, THEIRS], THEIRS), (vec![OURS], OURS), (vec![THEIRS], THEIRS)] {
        let found = find(&db, &Scope::of(scope), &own.order_id).await.expect("asks").expect("is there");
        assert_eq!(found.account, account);
    }
}

#[sqlx::test]
async fn the_same_order_twice_in_a_batch_is_stored_once(db: PgPool) {
    put(&db, OURS, &[changed(1, 6, 5), changed(1, 5, 5)]).await;
    let statuses: Vec<i16> =
        sqlx::query_scalar("select status from orders").fetch_all(&db).await.expect("reads");
    assert_eq!(statuses, [5]);
}

#[sqlx::test]
async fn tallies_are_exact_after_any_changes_also_at_once(db: PgPool) {
    let step = (0_u32..60, prop::sample::select(vec![1_i16, 3, 4, 5, 6]), 0_i64..500);
    let batches = prop::collection::vec(prop::collection::vec(step, 1..40), 8);
    let mut runner = TestRunner::deterministic();
    for _ in 0..6 {
        let batches = batches.new_tree(&mut runner).expect("values").current();
        let writers = batches.into_iter().map(|batch| {
            let db = db.clone();
            async move {
                let orders: Vec<Order> =
                    batch.into_iter().map(|(n, status, fen)| changed(n, status, fen)).collect();
                // Two writers may both find an order missing; the second tries again, as the sync does.
                for _ in 0..20 {
                    let mut tx = db.begin().await.expect("begins");
                    match upsert(&mut tx, OURS, &orders).await {
                        Ok(_) => return tx.commit().await.expect("commits"),
                        Err(error) => assert!(is_overtaken(&error), "{error}"),
                    }
                }
                panic!("never written");
            }
        });
        futures_util::future::join_all(writers).await;
        put(&db, THEIRS, &[order(THEIRS, 3)]).await;
        sqlx::query("delete from orders where id % 7 = 0").execute(&db).await.expect("deletes");
        assert_tallied(&db).await;
    }
}

#[sqlx::test]
async fn a_detail_brings_deadline_lines_and_a_searchable_user(db: PgPool) {
    let one = order(OURS, 3);
    put(&db, OURS, std::slice::from_ref(&one)).await;
    let wire = serde_json::json!({"order_info": {"order_id": one.order_id}});
    let detail = Detail {
        user_name: "Wang.Fang".to_owned(),
        pay_until: Some(start()),
        expires_at: None,
        lines: Vec::new(),
        raw: wire.to_string(),
        digest: Uuid::from_u128(9),
    };
    let mut db_connection = db.acquire().await.expect("connects");
    for (touch, wrote) in [(false, true), (false, false), (true, false)] {
        let put = put_detail(&mut db_connection, (OURS, &one.order_id), &detail, start(), touch).await;
        assert_eq!(put.expect("stores"), wrote);
    }
    let text: String = sqlx::query_scalar("select search from orders").fetch_one(&db).await.expect("reads");
    assert!(text.ends_with("\nwang.fang"), "{text}");
}
