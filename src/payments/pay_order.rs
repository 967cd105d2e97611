//! Paying an order as the journal does it: what was confirmed, how the live facts are compared with it,
//! what is sent, and how the payment is recognised. Pages and forms are the features'.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    bss::{
        self, PaidCoupon, PaidDiscount, Reader, Write,
        codes::{CouponStatus, DiscountType, OrderStatus, PayCouponType, PayDiscountType},
        orders::Order,
    },
    clock::Clock,
    i18n::Locale,
    identity::access::Permission,
    money::Money,
    operations::{
        Attempt, Confirmed, Difference, Kind, Operation, Outcome, Preflight, Sent, Sighting, Target,
    },
    payments::rules::{Line, Offer, Quote},
};

/// A payment as a person confirmed it, with the facts that they saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayOrder {
    /// The order.
    pub order_id: String,
    /// The coupons and cards to use, in the order they were chosen.
    pub coupons: Vec<ChosenCoupon>,
    /// The discount to use.
    pub discount: Option<ChosenDiscount>,
    /// The amounts that were shown.
    pub expected: Expected,
    /// What else was shown.
    pub shown: Shown,
    /// Why, in the person's words; may be empty.
    #[serde(default)]
    pub reason: String,
}

/// A coupon or card as it was shown when it was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenCoupon {
    /// Its id.
    pub id: String,
    /// Its kind, in the codes of payments.
    pub kind: PayCouponType,
    /// What was left of it, or its face value for those without a balance.
    pub amount: Money,
}

/// A discount as it was shown when it was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenDiscount {
    /// Its id.
    pub id: String,
    /// Its kind, in the codes of payments.
    pub kind: PayDiscountType,
    /// By how much it lowers the price.
    pub amount: Money,
}

/// The amounts that were confirmed, in yuan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// The list price.
    pub official: Money,
    /// What the order costs as it stands, before a discount chosen here and before coupons.
    pub after_discount: Money,
    /// What is to be paid after the chosen discount, before coupons: what the payment is worth.
    pub payable: Money,
    /// What remains to be taken from cash and credit after coupons.
    pub from_balance: Money,
}

/// What else the person saw when they confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The service, in words.
    pub service: String,
    /// When the order was placed.
    pub created_at: DateTime<Utc>,
    /// Until when it can be paid.
    pub pay_until: Option<DateTime<Utc>>,
}

impl PayOrder {
    /// The payment that a valid quote comes to, with the list price and what else was shown.
    pub fn of(offer: &Offer, quote: &Quote, (official, shown): (Money, Shown), reason: String) -> Self {
        let chosen = |line: &&Line| line.chosen;
        let coupon = |line: &Line| {
            let coupon = offer.coupons.iter().find(|coupon| coupon.coupon_id == line.id)?;
            let kind = PayCouponType::of(coupon.coupon_type)?;
            Some(ChosenCoupon { id: line.id.clone(), kind, amount: coupon.left() })
        };
        let discount = |line: &Line| {
            let discount = offer.discounts.iter().find(|discount| discount.discount_id == line.id)?;
            let kind = PayDiscountType::of(discount.discount_type)?;
            Some(ChosenDiscount { id: line.id.clone(), kind, amount: line.takes.unwrap_or_default() })
        };
        Self {
            order_id: offer.order_id.clone(),
            coupons: quote.coupons.iter().filter(chosen).filter_map(coupon).collect(),
            discount: quote.discounts.iter().filter(chosen).find_map(discount),
            expected: Expected {
                official,
                after_discount: offer.after_discount,
                payable: quote.payable,
                from_balance: quote.from_balance,
            },
            shown,
            reason,
        }
    }
}

/// Payments are not sent in the last minutes before an order's deadline (`operations.md` §1.7).
pub const DEADLINE_RESERVE: TimeDelta = TimeDelta::minutes(10);

impl Confirmed for PayOrder {
    const KIND: &'static str = "pay_order";
    const STEP: &'static str = "pay";
    const NEEDS: Permission = Permission::PayOrders;

    fn subject(&self) -> &str {
        &self.order_id
    }

    fn targets(&self) -> Vec<Target> {
        vec![Target::Order(self.order_id.clone())]
    }

    fn amount(&self) -> Option<Money> {
        Some(self.expected.payable)
    }

    fn pays_order(&self) -> Option<&str> {
        Some(&self.order_id)
    }

    fn until(&self) -> Option<DateTime<Utc>> {
        self.shown.pay_until.map(|until| until - DEADLINE_RESERVE)
    }
}

/// Where orders are kept, as their feature does it.
#[async_trait]
pub trait KeptOrders: Send + Sync {
    /// Reads the order of an operation that has ended again. Nothing depends on it.
    async fn read_again(&self, operation: &Operation, reader: &Reader);
}

/// Carries payments out.
pub struct PayOrders {
    /// Where the order is kept after it settled.
    pub kept: Arc<dyn KeptOrders>,
    /// The time.
    pub clock: Clock,
}

#[async_trait]
impl Kind for PayOrders {
    fn name(&self) -> &'static str {
        PayOrder::KIND
    }

    async fn preflight(&self, operation: &Operation, reader: &Reader) -> Preflight {
        let Ok(confirmed) = serde_json::from_str::<PayOrder>(&operation.payload) else {
            return Preflight::Unreadable { why: "the payload cannot be understood".to_owned() };
        };
        match self.differences(&confirmed, reader).await {
            Ok(differences) if differences.is_empty() => Preflight::Same,
            Ok(differences) => Preflight::Stale { differences },
            Err(error) => Preflight::Unreadable { why: error.to_string() },
        }
    }

    fn write(&self, operation: &Operation) -> anyhow::Result<Write> {
        let confirmed: PayOrder = serde_json::from_str(&operation.payload)?;
        let coupons = confirmed
            .coupons
            .into_iter()
            .map(|coupon| PaidCoupon { id: coupon.id, kind: coupon.kind })
            .collect();
        let discount = confirmed.discount.map(|chosen| PaidDiscount { id: chosen.id, kind: chosen.kind });
        Ok(Write::Pay(bss::PayOrder::new(confirmed.order_id, coupons, discount)?))
    }

    async fn look_up(&self, operation: &Operation, sent: Sent<'_>, reader: &Reader) -> Sighting {
        let Ok(confirmed) = serde_json::from_str::<PayOrder>(&operation.payload) else {
            return Sighting::Unreadable { why: "the payload cannot be understood".to_owned() };
        };
        match reader.order(&confirmed.order_id, Locale::default()).await {
            Ok(detail) => {
                let skew = reader.clock_skew().unwrap_or_default() + sent.ahead;
                sighting(&confirmed, sent.attempts, &detail.order.item, skew)
            }
            Err(error) => Sighting::Unreadable { why: error.to_string() },
        }
    }

    async fn settled(&self, operation: &Operation, reader: &Reader) {
        self.kept.read_again(operation, reader).await;
    }
}

impl PayOrders {
    /// What is no longer as it was confirmed.
    async fn differences(
        &self,
        confirmed: &PayOrder,
        reader: &Reader,
    ) -> Result<Vec<Difference>, bss::Error> {
        let detail = reader.order(&confirmed.order_id, Locale::default()).await?;
        let mut differences = order_differences(confirmed, &detail.order.item, self.clock.now());
        if !differences.is_empty() {
            return Ok(differences);
        }
        if !confirmed.coupons.is_empty() {
            let usable = reader.order_coupons(&confirmed.order_id).await?.coupons;
            for chosen in &confirmed.coupons {
                let live =
                    usable.iter().map(|listed| &listed.item).find(|coupon| coupon.coupon_id == chosen.id);
                let live = match live {
                    Some(coupon)
                        if coupon.status != CouponStatus::Usable
                            || coupon
                                .used_by_order_id
                                .as_ref()
                                .is_some_and(|order| !order.eq_ignore_ascii_case(&confirmed.order_id)) =>
                    {
                        "not_usable".to_owned()
                    }
                    Some(coupon) => coupon.left().to_string(),
                    None => "not_usable".to_owned(),
                };
                push(&mut differences, ("coupon", &chosen.id), chosen.amount.to_string(), live);
            }
        }
        // Read even when none was chosen: a price adjustment must be used (api-oce, 查询订单可用折扣).
        let discounts = reader.order_discounts(&confirmed.order_id).await?;
        if let Some(chosen) = &confirmed.discount {
            let live = discounts.iter().find(|discount| discount.discount_id == chosen.id);
            let live = live.map_or_else(
                || "not_usable".to_owned(),
                |discount| discount.amount().unwrap_or_default().to_string(),
            );
            push(&mut differences, ("discount", &chosen.id), chosen.amount.to_string(), live);
        }
        let adjustment =
            discounts.iter().find(|discount| discount.discount_type == DiscountType::PriceAdjustment);
        if let Some(adjustment) = adjustment
            && confirmed.discount.as_ref().is_none_or(|chosen| chosen.id != adjustment.discount_id)
        {
            let about = &adjustment.discount_id;
            push(&mut differences, ("price_adjustment", about), String::new(), "must_be_used".to_owned());
        }
        if confirmed.expected.from_balance > Money::ZERO {
            let balances = reader.balances().await?;
            let spendable: Money =
                [balances.cash(), balances.credit()].into_iter().flatten().map(|b| b.amount).sum();
            if spendable < confirmed.expected.from_balance {
                let wanted = confirmed.expected.from_balance.to_string();
                push(&mut differences, ("balance", ""), wanted, spendable.to_string());
            }
        }
        Ok(differences)
    }
}

/// What about the order itself is no longer as it was confirmed.
fn order_differences(confirmed: &PayOrder, order: &Order, now: DateTime<Utc>) -> Vec<Difference> {
    let mut differences = Vec::new();
    let awaiting = OrderStatus::AwaitingPayment.code().to_string();
    push(&mut differences, ("status", ""), awaiting, order.status.code().to_string());
    let expected = &confirmed.expected;
    for (fact, was, is) in [
        ("official", expected.official, order.official_amount),
        ("after_discount", expected.after_discount, order.amount_after_discount),
    ] {
        if is != Some(was) {
            push(
                &mut differences,
                (fact, ""),
                was.to_string(),
                is.map_or_else(String::new, |is| is.to_string()),
            );
        }
    }
    if let Some(until) = order.pending_payment_end_time.filter(|until| *until <= now) {
        let shown = confirmed.shown.pay_until.map(|until| until.to_rfc3339()).unwrap_or_default();
        differences.push(Difference {
            fact: "deadline",
            about: String::new(),
            confirmed: shown,
            live: until.to_rfc3339(),
        });
    }
    differences
}

fn push(
    differences: &mut Vec<Difference>,
    (fact, about): (&'static str, &str),
    confirmed: String,
    live: String,
) {
    if confirmed != live {
        differences.push(Difference { fact, about: about.to_owned(), confirmed, live });
    }
}

/// What an order's details say about its payment (`operations.md` §1.6, row “pay”). `skew` is how far
/// Huawei's clock is ahead of the journal's, at least.
fn sighting(confirmed: &PayOrder, attempts: &[Attempt], order: &Order, skew: TimeDelta) -> Sighting {
    let evidence = evidence(order);
    let paid = order.payment_time.is_some()
        || matches!(order.status, OrderStatus::Processing | OrderStatus::Completed);
    match order.status {
        // Paid and cancelled at once, or in a state that no document knows: people must look.
        OrderStatus::Cancelled if paid => Sighting::Contradiction { evidence },
        OrderStatus::Unknown(_) => Sighting::Contradiction { evidence },
        OrderStatus::Cancelled => Sighting::NoEffect { evidence, gone: Some("order_cancelled") },
        OrderStatus::AwaitingPayment if !paid => Sighting::NoEffect { evidence, gone: None },
        _ if paid => {
            let elsewhere = was_paid_elsewhere(attempts, order.payment_time, skew);
            if !elsewhere && !amounts_agree(confirmed, order) {
                return Sighting::Contradiction { evidence };
            }
            Sighting::Effect { evidence, elsewhere, binds: None }
        }
        _ => Sighting::NotYetVisible,
    }
}

/// Whether the payment cannot be ours: nothing of ours was ever live, or it was paid before anything of
/// ours was armed, by the journal's clock: that of the machine that signed may be minutes off.
fn was_paid_elsewhere(attempts: &[Attempt], paid_at: Option<DateTime<Utc>>, skew: TimeDelta) -> bool {
    if attempts.iter().any(|attempt| attempt.outcome == Some(Outcome::Executed)) {
        return false;
    }
    let first = attempts.iter().filter(|attempt| attempt.is_live()).map(|attempt| attempt.armed_at).min();
    match (first, paid_at) {
        (None, _) => true,
        // Huawei's times are whole seconds, and so is the skew.
        (Some(first), Some(paid_at)) => paid_at - skew + TimeDelta::seconds(2) < first,
        (Some(_), None) => false,
    }
}

/// Whether what the order now costs is what was confirmed. A discount chosen here, and a discount
/// coupon, may show in the order's amount once it is paid, or may not.
fn amounts_agree(confirmed: &PayOrder, order: &Order) -> bool {
    let by_coupon = confirmed.coupons.iter().any(|coupon| coupon.kind == PayCouponType::DiscountCoupon);
    let expected = [confirmed.expected.after_discount, confirmed.expected.payable];
    by_coupon || order.amount_after_discount.is_none_or(|amount| expected.contains(&amount))
}

/// What is kept of an order's details as proof.
pub fn evidence(order: &Order) -> Value {
    let part = |amount: Option<Money>| amount.map(|amount| amount.decimal().to_string());
    let info = order.amount_info.as_ref();
    json!({
        "order_id": order.order_id,
        "status": order.status.code(),
        "payment_time": order.payment_time,
        "amount_after_discount": part(order.amount_after_discount),
        "coupon": part(info.and_then(|info| info.coupon)),
        "flexipurchase_coupon": part(info.and_then(|info| info.flexipurchase_coupon)),
        "stored_card": part(info.and_then(|info| info.stored_card)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
    }

    #[test]
    fn a_senders_clock_that_is_ahead_does_not_make_our_payment_somebody_elses() {
        let attempt = Attempt {
            step: "pay".to_owned(),
            attempt_no: 1,
            x_sdk_date: at(1100),
            settles_at: at(2300),
            armed_at: at(1000),
            outcome: None,
            class: None,
            http_status: None,
            error_code: None,
            error_msg: None,
            request_id: None,
            answered_at: None,
            settled_at: None,
            evidence: None,
        };
        let elsewhere = |paid_at, skew| {
            was_paid_elsewhere(std::slice::from_ref(&attempt), Some(at(paid_at)), TimeDelta::seconds(skew))
        };
        assert!(!elsewhere(1001, 0), "paid when our request arrived");
        assert!(!elsewhere(901, -100), "the same, by Huawei's clock");
        assert!(elsewhere(900, 0), "paid before there was a request of ours");
    }
}
