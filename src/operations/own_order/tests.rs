//! Whose order is whose, over every mixture of orders.

use proptest::prelude::*;

use super::*;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
}

/// An order that is the portal's own in every respect.
fn own(order_id: &str) -> SeenOrder {
    SeenOrder {
        order_id: order_id.to_owned(),
        order_type: OrderType::Renewal,
        status: OrderStatus::AwaitingPayment,
        created_at: at(100),
        user_name: Some("portal".to_owned()),
        resources: vec!["disk".to_owned(), "r-1".to_owned()],
    }
}

fn wanted<'a>(bound: &'a [String], user_name: Option<&'a str>) -> Wanted<'a> {
    of(&["r-1"], bound, user_name)
}

/// What the own order of an operation on these resources is like; a disk is attached to them.
fn of<'a>(resources: &[&str], bound: &'a [String], user_name: Option<&'a str>) -> Wanted<'a> {
    let leaked = |ids: &[&str]| -> &'static [String] {
        ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>().leak()
    };
    let (resources, attached) = (leaked(resources), leaked(&["disk"]));
    Wanted { order_type: OrderType::Renewal, resources, attached, user_name, from: at(100), bound }
}

fn pick<'a>(seen: &'a [SeenOrder], bound: &[String]) -> OwnOrder<'a> {
    own_order(seen, &wanted(bound, Some("portal")))
}

#[test]
fn one_order_that_is_ours_in_every_respect_is_ours() {
    let seen = [own("CS1")];
    assert_eq!(pick(&seen, &[]), OwnOrder::One(&seen[0]));
    assert_eq!(pick(&[], &[]), OwnOrder::None);
}

#[test]
fn one_respect_in_which_it_is_another_makes_it_another() {
    let others: [fn(&mut SeenOrder); 4] = [
        |order| order.order_type = OrderType::Unsubscription,
        |order| order.created_at = at(99),
        |order| order.user_name = Some("li.na".to_owned()),
        |order| order.resources = vec!["r-2".to_owned()],
    ];
    for change in others {
        let mut seen = [own("CS1"), own("CS2")];
        change(&mut seen[0]);
        assert_eq!(pick(&seen, &[]), OwnOrder::One(&seen[1]), "{seen:?}");
        assert_eq!(pick(&seen[..1], &[]), OwnOrder::None, "{seen:?}");
    }
}

#[test]
fn an_order_about_several_resources_is_ours_when_it_is_about_exactly_those() {
    let listing =
        |ids: &[&str]| SeenOrder { resources: ids.iter().map(|id| (*id).to_owned()).collect(), ..own("CS1") };
    for (ids, is_ours) in [
        (vec!["r-1", "r-2"], Some(true)),
        (vec!["r-2", "disk", "r-1"], Some(true)),
        (vec!["r-1"], None),
        (vec!["r-1", "disk"], None),
        (vec!["r-1", "r-2", "r-3"], None),
        (vec!["disk"], None),
        (vec!["r-3"], Some(false)),
        (vec![], None),
    ] {
        let seen = [listing(&ids)];
        let expected = match is_ours {
            Some(true) => OwnOrder::One(&seen[0]),
            Some(false) => OwnOrder::None,
            None => OwnOrder::Unclear(vec![&seen[0]]),
        };
        assert_eq!(own_order(&seen, &of(&["r-1", "r-2"], &[], Some("portal"))), expected, "{ids:?}");
    }
}

#[test]
fn an_order_that_proves_another_operation_proves_nothing_more_in_whatever_case_it_is_written() {
    let seen = [own("CS1a")];
    assert_eq!(pick(&seen, &["cs1A".to_owned()]), OwnOrder::None);
    assert_eq!(pick(&seen, &["CS2".to_owned()]), OwnOrder::One(&seen[0]));
}

#[test]
fn without_a_name_nobody_knows_whose_order_it_is() {
    let mut seen = [own("CS1")];
    assert_eq!(own_order(&seen, &wanted(&[], None)), OwnOrder::Unclear(vec![&seen[0]]));
    seen[0].user_name = None;
    assert_eq!(pick(&seen, &[]), OwnOrder::Unclear(vec![&seen[0]]));
    assert_eq!(own_order(&seen, &wanted(&[], None)), OwnOrder::Unclear(vec![&seen[0]]));
}

#[test]
fn an_order_that_lists_nothing_yet_may_be_ours_unless_somebody_else_made_it() {
    let mut seen = [own("CS1"), own("CS2")];
    seen[0].resources.clear();
    assert_eq!(pick(&seen[..1], &[]), OwnOrder::Unclear(vec![&seen[0]]));
    assert_eq!(pick(&seen, &[]), OwnOrder::Unclear(vec![&seen[1], &seen[0]]));
    seen[0].user_name = Some("li.na".to_owned());
    assert_eq!(pick(&seen, &[]), OwnOrder::One(&seen[1]));
}

#[test]
fn what_is_not_clear_is_waited_for_and_then_shown_to_people_with_every_order() {
    let seen = [own("CS1"), own("CS2")];
    let several = pick(&seen, &[]);
    for settled in [false, true] {
        let Some(Sighting::Contradiction { evidence }) = several.sighting(settled) else {
            panic!("several are for people at once")
        };
        let ids: Vec<_> = (0..2).map(|n| evidence["orders"][n]["order_id"].clone()).collect();
        assert_eq!(ids, ["CS1", "CS2"]);
    }
    let unclear = own_order(&seen[..1], &wanted(&[], None));
    assert_eq!(unclear.sighting(false), Some(Sighting::NotYetVisible));
    assert!(matches!(unclear.sighting(true), Some(Sighting::Contradiction { .. })));
    assert_eq!(OwnOrder::None.sighting(true), None);
    let Some(Sighting::Effect { binds, elsewhere: false, .. }) = pick(&seen[..1], &[]).sighting(false) else {
        panic!("one order is proof")
    };
    assert_eq!(binds.as_deref(), Some("CS1"));
}

#[test]
fn looking_begins_a_minute_before_the_first_request_by_huaweis_clock_whatever_the_senders_clock_said() {
    use crate::operations::journal::{Attempt, Outcome};
    let attempt = |second| Attempt {
        step: "create_order".to_owned(),
        attempt_no: 1,
        x_sdk_date: at(second + 100),
        settles_at: at(second + 1200),
        armed_at: at(second),
        outcome: Some(Outcome::NotExecuted),
        class: None,
        http_status: None,
        error_code: None,
        error_msg: None,
        request_id: None,
        answered_at: None,
        settled_at: None,
        evidence: None,
    };
    let attempts = [attempt(2000), attempt(1000)];
    let ahead = TimeDelta::seconds(30);
    let sent = Sent { attempts: &attempts, bound: &[], ahead };
    assert_eq!(own_from(at(500), sent, Some(TimeDelta::seconds(7))), at(977));
    let nothing = Sent { attempts: &[], bound: &[], ahead };
    assert_eq!(own_from(at(500), nothing, Some(TimeDelta::seconds(-7))), at(463));
    assert_eq!(own_from(at(500), sent, None), at(1000 + 30 - 60 - 900));
}

fn some_order() -> impl Strategy<Value = SeenOrder> {
    let kinds = prop_oneof![4 => Just(OrderType::Renewal), 1 => Just(OrderType::Change)];
    let users = prop_oneof![3 => Just(Some("portal")), 1 => Just(Some("li.na")), 1 => Just(None)];
    let resources = prop_oneof![3 => Just(vec!["r-1"]), 1 => Just(vec!["r-2"]), 1 => Just(vec![]), 1 => Just(vec!["r-2", "r-1"])];
    (0_u32..6, kinds, users, resources, 98_i64..103).prop_map(|(id, order_type, user, resources, second)| {
        SeenOrder {
            order_id: format!("CS{id}"),
            order_type,
            created_at: at(second),
            user_name: user.map(str::to_owned),
            resources: resources.into_iter().map(str::to_owned).collect(),
            ..own("")
        }
    })
}

proptest! {
    #[test]
    fn only_an_order_that_is_certainly_ours_and_alone_is_ever_bound(
        seen in proptest::collection::vec(some_order(), 0..5),
        bound in proptest::collection::vec((0_u32..6).prop_map(|id| format!("CS{id}")), 0..3),
        name in prop_oneof![4 => Just(Some("portal")), 1 => Just(None)],
    ) {
        let possible = |order: &SeenOrder| {
            order.order_type == OrderType::Renewal
                && order.created_at >= at(100)
                && !bound.contains(&order.order_id)
                && (order.resources.is_empty() || order.resources.contains(&"r-1".to_owned()))
                && (order.user_name.is_none() || name.is_none() || order.user_name.as_deref() == name)
        };
        let certain = |order: &SeenOrder| {
            possible(order)
                && order.resources == ["r-1"]
                && name.is_some()
                && order.user_name.is_some()
        };
        let candidates = seen.iter().filter(|order| possible(order)).count();
        let picked = own_order(&seen, &wanted(&bound, name));
        match &picked {
            OwnOrder::None => prop_assert_eq!(candidates, 0),
            OwnOrder::One(order) => prop_assert!(certain(order) && candidates == 1),
            OwnOrder::Several(orders) => {
                prop_assert!(orders.iter().filter(|order| certain(order)).count() > 1);
                prop_assert_eq!(orders.len(), candidates);
            }
            OwnOrder::Unclear(orders) => {
                prop_assert!(orders.iter().any(|order| !certain(order)));
                prop_assert_eq!(orders.len(), candidates);
            }
        }
        let binds = matches!(picked.sighting(true), Some(Sighting::Effect { binds: Some(_), .. }));
        prop_assert_eq!(binds, matches!(picked, OwnOrder::One(_)));
    }
}

#[cfg(feature = "proof")]
#[test]
fn the_bugs_on_purpose_are_the_ones_that_are_meant() {
    let mut seen = [own("CS1")];
    let bound = ["CS1".to_owned()];
    proof::with(Some(Mutant::OrderProvesMany), || {
        assert_eq!(pick(&seen, &bound), OwnOrder::One(&seen[0]));
    });
    seen[0].user_name = Some("li.na".to_owned());
    proof::with(Some(Mutant::AnyCreator), || {
        assert_eq!(own_order(&seen, &wanted(&[], None)), OwnOrder::One(&seen[0]));
        assert_eq!(pick(&seen, &bound), OwnOrder::None);
    });
}
