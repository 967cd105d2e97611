//! What goes wrong at Huawei's: rules for the simulator, drawn for one history. None may break what the protocol
//! rests on: no copy of a request takes effect later than its signature allows.

use rand::{RngExt as _, rngs::StdRng};
use serde_json::{Value, json};

use crate::{evidence::Mode, plan::Level};

/// Calls that change something.
const WRITES: [&str; 9] = [
    "pay_orders",
    "cancel_customer_order",
    "renewal_resources",
    "cancel_resources_subscription",
    "auto_renewal_resources",
    "cancel_auto_renewal_resources",
    "update_period_to_on_demand",
    "update_period_to_on_demand_instantly",
    "set_resources_renew_config",
];
/// Calls that the journal and the pages rest on.
const READS: [&str; 7] = [
    "show_customer_order_details",
    "show_customer_account_balances",
    "list_order_coupons_by_order_id",
    "list_customer_orders",
    "list_pay_per_use_customer_resources",
    "list_renew_rate_on_period",
    "show_refund_order_details",
];
/// How many calls of each kind may be struck.
const CALLS: u64 = 14;
/// An effect may come so much later than its request; more would be later than a signature allows.
const LATE_EFFECT_MS: u64 = 300;

/// The rules of a history. Each strikes one call.
pub fn draw(chance: &mut StdRng, mode: Mode, level: Level) -> Vec<Value> {
    let (of_writes, of_reads) = match level {
        Level::None => (0.0, 0.0),
        Level::Low => (0.2, 0.03),
        Level::High => (0.6, 0.15),
    };
    let mut rules = Vec::new();
    for operation in WRITES {
        for call in 1..=CALLS {
            // Duplicates are the point of their mode, also where nothing else goes wrong.
            if mode == Mode::Duplicates && chance.random_bool(0.35) {
                let after = chance.random_range(0..2_900);
                rules.push(rule(operation, call, &json!({"kind": "deliver_twice", "after_ms": after})));
            } else if chance.random_bool(of_writes) {
                rules.push(rule(operation, call, &write_fault(chance)));
            }
        }
    }
    for operation in READS {
        for call in 1..=CALLS * 2 {
            if chance.random_bool(of_reads) {
                rules.push(rule(operation, call, &read_fault(chance)));
            }
        }
    }
    rules
}

fn rule(operation: &str, call: u64, fault: &Value) -> Value {
    json!({"operation": operation, "call": call, "times": 1, "fault": fault})
}

fn write_fault(chance: &mut StdRng) -> Value {
    let effect = chance.random_bool(0.5);
    let status =
        |code: u16, body: Value| json!({"kind": "status", "code": code, "body": body, "effect": effect});
    match chance.random_range(0..17) {
        0 | 1 => json!({"kind": "lose_answer"}),
        2 => json!({"kind": "drop_before"}),
        // Long after it was given up, but before its signature ends.
        3 | 15 | 16 => json!({"kind": "arrive_late", "after_ms": chance.random_range(100..2_900)}),
        4 => json!({"kind": "delay", "ms": chance.random_range(50..LATE_EFFECT_MS), "after_effect": false}),
        5 => json!({"kind": "delay", "ms": chance.random_range(100..1_800), "after_effect": true}),
        6 => json!({"kind": "delay", "ms": chance.random_range(2_000..4_000), "after_effect": true}),
        7 => json!({"kind": "garbled"}),
        8 => json!({"kind": "close_mid_body"}),
        9 => json!({"kind": "throttle"}),
        10 => status(500, json!({"error_code": "CBC.0999", "error_msg": "Internal error"})),
        11 => status(502, json!("<html>bad gateway</html>")),
        12 => status(504, json!({"error_code": "APIG.0201", "error_msg": "Backend timeout"})),
        // A business refusal of the second copy would look like this, after the first took effect.
        13 => status(400, json!({"error_code": "CBC.99003162", "error_msg": "The order cannot be paid"})),
        _ => status(403, json!("<html>blocked</html>")),
    }
}

fn read_fault(chance: &mut StdRng) -> Value {
    match chance.random_range(0..7) {
        0 => json!({"kind": "lose_answer"}),
        1 => json!({"kind": "drop_before"}),
        2 => json!({"kind": "delay", "ms": chance.random_range(50..1_500), "after_effect": true}),
        3 => json!({"kind": "garbled"}),
        4 => json!({"kind": "close_mid_body"}),
        5 => json!({"kind": "throttle"}),
        _ => json!({"kind": "status", "code": 503, "body": {"error_code": "APIG.0202"}, "effect": false}),
    }
}
