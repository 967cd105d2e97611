//! Estimates of whole resources, from orders as BSS tells them.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::*;
use crate::bss::Listed;

fn at(day: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + day)
}

fn resource(id: &str, product: &str, until: i64) -> Resource {
    let json = json!({
        "resource_id": id, "status": 2, "product_id": product,
        "effective_time": at(0), "expire_time": at(until),
    });
    serde_json::from_str(&json.to_string()).expect("a resource")
}

fn line(product: &str, amount: u32, (from, until): (i64, i64)) -> Value {
    json!({
        "order_line_item_id": format!("{product}-{amount}"), "product_id": product, "subscription_num": 2,
        "effective_time": at(from), "expire_time": at(until), "amount_after_discount": amount,
    })
}

/// An order: id, type, lines, and the resources that it is about.
type Told<'a> = (&'a str, i32, Vec<Value>, &'a [&'a str]);

fn orders(all: &[Told<'_>]) -> Orders {
    let mut orders = Orders::default();
    for (id, kind, lines, about) in all {
        let order = json!({"order_id": id, "status": 5, "order_type": kind, "create_time": at(0)});
        let listed = |value: &Value| serde_json::from_str(&value.to_string());
        let lines = lines.iter().map(|line| listed(line).expect("a line"));
        let order: Listed<_> = serde_json::from_str(&order.to_string()).expect("an order");
        orders.read.insert((*id).to_owned(), OrderDetail { order, lines: lines.collect() });
        orders.counts.insert((*id).to_owned(), i64::try_from(about.len()).expect("few"));
        orders.of.extend(about.iter().map(|one| ((*one).to_owned(), (*id).to_owned())));
    }
    orders
}

fn rules(day: i64, what: Unsubscribed) -> Rules {
    Rules { at: at(day), what, fee_percent: 5, quota_left: true }
}

/// Resource, order, case and what comes back, in whole yuan.
fn told(estimate: &Estimate) -> Vec<(&str, &str, Case, String)> {
    let shares = estimate.shares.iter();
    let back = |share: &Share| share.part.back().to_string();
    shares
        .map(|share| (share.resource.as_str(), share.order.as_str(), share.part.case, back(share)))
        .collect()
}

#[test]
fn each_term_comes_back_by_its_own_rule_and_what_is_attached_with_it() {
    let (server, disk) = (resource("r1", "S", 60), resource("r2", "D", 60));
    let both: &[&str] = &["r1", "r2"];
    let orders = orders(&[
        ("CS1", 1, vec![line("S", 300, (0, 30)), line("D", 30, (0, 30))], both),
        ("CS2", 2, vec![line("S", 200, (30, 60)), line("D", 20, (30, 60))], both),
    ]);
    let disks = [disk];
    let whole = Estimate::of(&server, &disks, &orders, rules(15, Unsubscribed::Resource));
    assert_eq!(
        told(&whole),
        [
            ("r1", "CS1", Case::InUse, "142.50".to_owned()),
            ("r1", "CS2", Case::NotStarted, "200.00".to_owned()),
            ("r2", "CS1", Case::InUse, "14.25".to_owned()),
            ("r2", "CS2", Case::NotStarted, "20.00".to_owned()),
        ]
    );
    assert!(whole.gaps.is_empty() && whole.has_unstarted && !whole.five_days, "{whole:?}");
    let terms = Estimate::of(&server, &disks, &orders, rules(15, Unsubscribed::UnstartedTerms));
    assert_eq!(terms.back().to_string(), "220.00");
    let early = Estimate::of(&server, &disks, &orders, rules(4, Unsubscribed::Resource));
    assert!(early.five_days);
    assert_eq!(early.back().to_string(), "550.00");
    let none_left = Rules { quota_left: false, ..rules(4, Unsubscribed::Resource) };
    assert!(!Estimate::of(&server, &disks, &orders, none_left).five_days);
    let late = Estimate::of(&server, &disks, &orders, rules(45, Unsubscribed::Resource));
    assert_eq!(
        told(&late)[..2],
        [("r1", "CS1", Case::Ended, "0.00".to_owned()), ("r1", "CS2", Case::InUse, "95.00".to_owned()),]
    );
}

#[test]
fn what_is_not_known_is_said_and_the_lowest_is_taken() {
    let server = resource("r1", "S", 30);
    let gaps = |all: &[Told<'_>]| {
        let estimate = Estimate::of(&server, &[], &orders(all), rules(15, Unsubscribed::Resource));
        (estimate.gaps.iter().map(|(gap, _)| *gap).collect::<Vec<_>>(), estimate.back().to_string())
    };
    let mine: &[&str] = &["r1"];
    let plain = || line("S", 100, (0, 30));
    assert_eq!(gaps(&[("CS1", 1, vec![plain()], mine)]), (vec![], "47.50".to_owned()));
    assert_eq!(gaps(&[]), (vec![Gap::Purchase], "0.00".to_owned()));
    let two = vec![line("S", 200, (0, 30)), plain()];
    assert_eq!(gaps(&[("CS1", 1, two, &["r1", "r2"])]), (vec![Gap::WhichLine], "47.50".to_owned()));
    // One line for two resources: each is half of it.
    assert_eq!(gaps(&[("CS1", 1, vec![plain()], &["r1", "r2"])]), (vec![], "23.75".to_owned()));
    let other = vec![line("X", 100, (0, 30))];
    assert_eq!(gaps(&[("CS1", 1, other, mine)]).0, [Gap::Line, Gap::Purchase]);
    let change = ("CS2", 3, vec![plain()], mine);
    assert_eq!(gaps(&[("CS1", 1, vec![plain()], mine), change]).0, [Gap::Changed]);
    let short = vec![line("S", 100, (0, 20))];
    assert_eq!(gaps(&[("CS1", 1, short, mine)]).0, [Gap::Terms]);
    // A renewal that was given back begins when everything that is paid for ends.
    let given_back = ("CS2", 2, vec![line("S", 100, (30, 60))], mine);
    assert_eq!(gaps(&[("CS1", 1, vec![plain()], mine), given_back]), (vec![], "47.50".to_owned()));
}
