//! The estimate of what an unsubscription gives back, against what the simulator gives back: for every
//! resource of a company, to the fen. The simulator reckons by itself, from the same rules.

use std::collections::{BTreeMap, BTreeSet};

use bss_portal::{
    bss::{Unsubscribed, codes::OrderType},
    clock::Clock,
    features::resources::refund::{Estimate, Rules},
    money::Money,
};
use chrono::SubsecRound as _;
use serde_json::json;

use super::{
    resources::{all_of, groups, orders_of, reader_of},
    support::Simulator,
};

/// What comes back and what is kept, by resource and order.
type ByOrder = BTreeMap<(String, String), (Money, Money)>;

#[tokio::test]
async fn the_estimate_is_what_the_simulator_gives_back_wherever_nothing_is_unknown() {
    // The simulator's time stands still, so that nothing is consumed between estimate and refund.
    let at = Clock::system().now().trunc_subsecs(0);
    let (clock, _hand) = Clock::manual(at);
    let simulator = Simulator::start(11, 160, clock).await;
    // How much of the quota the company's history used, no answer tells.
    simulator.settings(json!({"five_day_quota": 100_000})).await;
    let reader = reader_of(&simulator);
    let orders = orders_of(&reader, None).await;
    let resources = all_of(&reader).await;
    let rules = Rules { at, what: Unsubscribed::Resource, fee_percent: 5, quota_left: true };
    let mut estimated: BTreeMap<String, (ByOrder, bool)> = BTreeMap::new();
    for (main, attached) in groups(&resources) {
        let estimate = Estimate::of(&main, &attached, &orders, rules);
        let by_order = estimate.shares.iter().map(|share| {
            ((share.resource.clone(), share.order.clone()), (share.part.back(), share.part.kept()))
        });
        estimated.insert(main.resource_id, (by_order.collect(), estimate.gaps.is_empty()));
    }
    let purchases: BTreeSet<&String> = orders
        .read
        .iter()
        .filter(|(_, detail)| detail.order.item.order_type != OrderType::Renewal)
        .map(|(id, _)| id)
        .collect();
    let mut real = ByOrder::new();
    for order in purchases {
        let act = json!({"action": "unsubscribe", "order_id": order});
        let Some(made) = simulator.console_if_it_can(act).await else { continue };
        let made = made["order_id"].as_str().expect("an order");
        for row in reader.refund_orders(made).await.expect("refunds") {
            let row = row.item;
            // The simulator's rows begin with the resource's id.
            let resource = row.id.expect("an id")[..36].to_owned();
            let both = real.entry((resource, row.base_order_id.expect("an order"))).or_default();
            if row.amount.is_negative() {
                both.0 += row.amount.abs();
            } else {
                both.1 += row.amount;
            }
        }
    }
    let (mut sure, mut exact, mut gone) = (0, 0, 0);
    let mut wrong = Vec::new();
    for (main, (by_order, is_sure)) in &estimated {
        // An order in the way keeps it.
        if !real.keys().any(|(resource, _)| by_order.keys().any(|(of, _)| of == resource)) {
            gone += 1;
            continue;
        }
        let nothing = (Money::ZERO, Money::ZERO);
        let is_exact = by_order.iter().all(|(key, both)| real.get(key).unwrap_or(&nothing) == both);
        sure += usize::from(*is_sure);
        exact += usize::from(is_exact);
        if *is_sure && !is_exact {
            let told: Vec<_> = by_order.iter().map(|(key, both)| (key, both, real.get(key))).collect();
            wrong.push(format!("{main}: {told:?}"));
        }
    }
    println!(
        "{} main resources, {gone} not unsubscribed; {sure} estimated without doubt, {exact} exact",
        estimated.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(sure >= 20 && exact >= sure, "{sure} sure, {exact} exact of {}", estimated.len());
}
