//! What people judge by: what was read back beside what was confirmed, and where the two contradict
//! each other. It concludes nothing.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::{payload::Asked, words};
use crate::{
    bss::codes::{ExpirePolicy, OrderStatus, ResourceStatus},
    money::Money,
    operations::{Event, Note, State, Story},
    web::Ui,
};

/// By how much our clock and Huawei's may differ without saying anything.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(1);

/// A fact that was compared and found different.
pub(super) struct Changed {
    pub(super) fact: String,
    pub(super) confirmed: String,
    pub(super) live: String,
}

/// What was read last.
pub(super) struct Read {
    pub(super) at: DateTime<Utc>,
    pub(super) rows: Vec<Row>,
}

/// One fact: as it was confirmed, and as it was read.
pub(super) struct Row {
    pub(super) fact: &'static str,
    pub(super) confirmed: String,
    pub(super) read: String,
    pub(super) odd: bool,
}

/// An order as the journal keeps it for proof (`orders/pay_order.rs`).
#[derive(Deserialize)]
struct Order {
    status: i32,
    #[serde(default)]
    payment_time: Option<DateTime<Utc>>,
    #[serde(default)]
    amount_after_discount: Option<Money>,
    #[serde(default)]
    coupon: Option<Money>,
    #[serde(default)]
    flexipurchase_coupon: Option<Money>,
    #[serde(default)]
    stored_card: Option<Money>,
}

impl Order {
    fn status(&self) -> OrderStatus {
        OrderStatus::from_code(self.status)
    }

    fn is_paid(&self) -> bool {
        self.payment_time.is_some()
            || matches!(self.status(), OrderStatus::Processing | OrderStatus::Completed)
    }

    fn is_cancelled_and_paid(&self) -> bool {
        self.status() == OrderStatus::Cancelled && self.payment_time.is_some()
    }

    /// Whether it costs something else than what was confirmed.
    fn costs_otherwise(&self, asked: Option<&Asked>) -> bool {
        let expected = asked.and_then(|asked| asked.expected.as_ref());
        match (expected, self.amount_after_discount) {
            (Some(expected), Some(amount)) => {
                amount != expected.after_discount && Some(amount) != expected.payable
            }
            _ => false,
        }
    }
}

/// The event that handed the story to people the last time.
pub(super) fn asked_people(story: &Story) -> Option<&Event> {
    let new =
        |event: &&Event| event.to_state == State::NeedsReview && event.from_state != Some(event.to_state);
    story.events.iter().rev().find(new)
}

/// The last reading of the order that the history holds.
fn last_order(story: &Story) -> Option<(DateTime<Utc>, Order)> {
    story.events.iter().rev().find_map(|event| {
        let read = event.detail.get("evidence").unwrap_or(&event.detail);
        // As text, since an amount is read from the raw token of a message.
        Some((event.at, serde_json::from_str(&read.to_string()).ok()?))
    })
}

/// Whether it was paid before we asked for it, by more than two clocks differ.
fn was_paid_before(order: &Order, signed: Option<DateTime<Utc>>) -> bool {
    order.payment_time.zip(signed).is_some_and(|(paid, signed)| paid + CLOCKS_DIFFER < signed)
}

/// What was read last, beside what was confirmed.
pub(super) fn read(story: &Story, asked: Option<&Asked>, ui: &Ui) -> Option<Read> {
    let (at, order) = last_order(story)?;
    let (t, w) = (Texts(ui.locale), words::Texts(ui.locale));
    let pays = story.operation.kind == "pay_order";
    let status = order.status();
    let never_shown = asked_people(story).is_some_and(|event| event.why() == Some(Note::NotShown));
    let odd_status = order.is_cancelled_and_paid()
        || matches!(status, OrderStatus::Unknown(_))
        || never_shown && !if pays { order.is_paid() } else { status == OrderStatus::Cancelled };
    let signed = story.attempts.iter().map(|attempt| attempt.x_sdk_date).min();
    let mut rows = vec![Row {
        fact: w.fact_status(),
        confirmed: match story.operation.kind.as_str() {
            "pay_order" => t.wanted_paid().to_owned(),
            "cancel_order" => t.wanted_cancelled().to_owned(),
            _ => String::new(),
        },
        read: status.name(ui.locale).into_owned(),
        odd: odd_status,
    }];
    if let Some(amount) = order.amount_after_discount {
        let expected = asked.and_then(|asked| asked.expected.as_ref());
        let wanted =
            expected.map(|expected| expected.after_discount).or(asked.and_then(|asked| asked.after_discount));
        rows.push(Row {
            fact: w.fact_after_discount(),
            confirmed: wanted.map(yuan).unwrap_or_default(),
            read: yuan(amount),
            odd: pays && order.is_paid() && order.costs_otherwise(asked),
        });
    }
    rows.push(Row {
        fact: t.paid_at(),
        confirmed: match signed {
            Some(at) if pays => t.signed(&ui.at_second(&at).to_string()),
            _ if pays => String::new(),
            _ => t.not_paid().to_owned(),
        },
        read: order.payment_time.map_or_else(|| t.not_paid().to_owned(), |at| ui.at_second(&at).to_string()),
        odd: odd_status && order.payment_time.is_some() || pays && was_paid_before(&order, signed),
    });
    for (fact, amount) in [
        (t.coupon(), order.coupon),
        (t.flexipurchase_coupon(), order.flexipurchase_coupon),
        (t.stored_card(), order.stored_card),
    ] {
        if let Some(amount) = amount.filter(|amount| !amount.is_zero()) {
            rows.push(Row { fact, confirmed: String::new(), read: yuan(amount), odd: false });
        }
    }
    Some(Read { at, rows })
}

/// What contradicts what, in sentences.
pub(super) fn contradictions(story: &Story, asked: Option<&Asked>, ui: &Ui) -> Vec<String> {
    let t = Texts(ui.locale);
    let Some(handed_over) = asked_people(story) else { return Vec::new() };
    let order = last_order(story).map(|(_, order)| order);
    let answered = story.attempts.iter().filter_map(|attempt| attempt.answered_at).max();
    let mut found = Vec::new();
    match (handed_over.why(), &order) {
        (Some(Note::NotShown), _) => {
            let at = answered.map(|at| ui.at_second(&at).to_string()).unwrap_or_default();
            found.push(t.not_shown(&at));
        }
        (Some(Note::UnreadableTooLong), _) => found.push(t.unreadable().to_owned()),
        (_, Some(order)) if order.is_cancelled_and_paid() => found.push(t.cancelled_and_paid().to_owned()),
        (_, Some(order)) if matches!(order.status(), OrderStatus::Unknown(_)) => {
            found.push(t.unknown_status(order.status));
        }
        (_, Some(order)) if order.is_paid() && order.costs_otherwise(asked) => {
            let confirmed =
                asked.and_then(|asked| asked.expected.as_ref()).map(|expected| expected.after_discount);
            let read = order.amount_after_discount;
            found.push(
                t.amounts(&confirmed.map(yuan).unwrap_or_default(), &read.map(yuan).unwrap_or_default()),
            );
        }
        _ => {}
    }
    if handed_over.why() == Some(Note::Contradiction) {
        found.extend((handed_over.detail["reads_back"] == false).then(|| t.not_read_back().to_owned()));
        let policy = handed_over.detail.get("expire_policy").filter(|policy| !policy.is_null());
        found.extend(policy.map(|code| t.policy_reads(&value("expire_policy", &code.to_string(), ui))));
    }
    found.extend(perhaps_own(&handed_over.detail, ui));
    found
}

/// The orders of which it is not clear which one the operation made (`operations/own_order.rs`).
fn perhaps_own(detail: &Value, ui: &Ui) -> Vec<String> {
    let t = Texts(ui.locale);
    let orders = detail.get("orders").and_then(Value::as_array).into_iter().flatten();
    let sentence = |order: &Value| {
        let text = |key: &str| order.get(key).and_then(Value::as_str).unwrap_or_default();
        let status =
            order.get("status").map(|code| value("status", &code.to_string(), ui)).unwrap_or_default();
        let at = value("create_time", text("create_time"), ui);
        let by = value("user_name", text("user_name"), ui);
        t.perhaps_own(text("order_id"), &status, &at, &by)
    };
    orders.map(sentence).collect()
}

/// The differences that a change carries, in words.
pub(super) fn differences(detail: &Value, ui: &Ui) -> Vec<Changed> {
    let w = words::Texts(ui.locale);
    let all = detail.get("differences").and_then(Value::as_array).into_iter().flatten();
    let changed = all.map(|difference| {
        let text = |key: &str| difference.get(key).and_then(Value::as_str).unwrap_or_default();
        let about = text("about");
        let fact = w.fact(text("fact"));
        Changed {
            fact: if about.is_empty() { fact.to_owned() } else { format!("{fact} {about}") },
            confirmed: value(text("fact"), text("confirmed"), ui),
            live: value(text("fact"), text("live"), ui),
        }
    });
    changed.collect()
}

/// A compared value as people read it.
fn value(fact: &str, value: &str, ui: &Ui) -> String {
    let (t, w) = (Texts(ui.locale), words::Texts(ui.locale));
    match (fact, value) {
        (_, "not_usable") => w.not_usable().to_owned(),
        (_, "must_be_used") => t.must_be_used().to_owned(),
        (_, "") => t.nothing().to_owned(),
        ("resource_status", "gone") => w.resource_gone().to_owned(),
        ("resource_status", code) => code.parse().map_or_else(
            |_| code.to_owned(),
            |code| ResourceStatus::from_code(code).name(ui.locale).into_owned(),
        ),
        ("expire_policy", code) => code.parse().map_or_else(
            |_| code.to_owned(),
            |code| ExpirePolicy::from_code(code).name(ui.locale).into_owned(),
        ),
        ("attached" | "user_name", text) => text.to_owned(),
        ("status" | "unpaid_order" | "paid_renewal", code) => code.parse().map_or_else(
            |_| code.to_owned(),
            |code| OrderStatus::from_code(code).name(ui.locale).into_owned(),
        ),
        ("deadline" | "expire_time" | "create_time", time) => {
            time.parse::<DateTime<Utc>>().map_or_else(|_| time.to_owned(), |at| ui.at_second(&at).to_string())
        }
        (_, amount) => amount.parse::<Money>().map_or_else(|_| amount.to_owned(), yuan),
    }
}

fn yuan(amount: Money) -> String {
    if amount.is_negative() { format!("-¥{}", amount.abs()) } else { format!("¥{amount}") }
}

crate::texts! {
    /// What is said of evidence.
    pub struct Texts {
        wanted_paid: "已支付（处理中或已完成）", "Paid (processing or completed)";
        wanted_cancelled: "已取消", "Cancelled";
        paid_at: "支付时间", "Paid at";
        signed(at: &str): "{at} 或之后", "{at} or later";
        not_paid: "没有支付时间", "No payment time";
        coupon: "优惠券抵扣", "Paid by coupons";
        flexipurchase_coupon: "现金券抵扣", "Paid by cash coupons";
        stored_card: "储值卡抵扣", "Paid by stored-value cards";
        must_be_used: "必须使用", "must be used";
        nothing: "无", "none";
        cancelled_and_paid: "订单显示已取消，却又有支付时间。", "The order says that it is cancelled, and yet it has a payment time.";
        unknown_status(code: i32): "订单状态是华为云文档里没有的值（{code}）。", "The order's status is a value that Huawei's documents do not know ({code}).";
        amounts(confirmed: &str, read: &str): "确认的金额是 {confirmed}，订单上是 {read}。", "The amount that was confirmed is {confirmed}, the order says {read}.";
        not_shown(at: &str): "华为云在 {at} 答复成功，订单却一直没有显示。", "Huawei Cloud answered with success at {at}, and yet the order does not show it.";
        perhaps_own(order: &str, status: &str, at: &str, by: &str): "可能是这次操作产生的订单：{order}，{status}，创建于 {at}，创建者 {by}。", "An order that this may have made: {order}, {status}, made at {at} by {by}.";
        not_read_back: "华为云没有可靠地答复，也不提供查询。请在华为云控制台查看现在设置的是哪一天。", "Huawei Cloud gave no reliable answer and does not tell this setting. Look into Huawei's console for the day that is set.";
        policy_reads(policy: &str): "现在读到的到期策略是“{policy}”，不能证明是不是这次操作设置的。", "What happens at expiry now reads “{policy}”, which does not prove whether this operation set it.";
        unreadable: "72 小时内，没有一次读取能得出结论。", "In 72 hours no reading led to a verdict.";
    }
}
