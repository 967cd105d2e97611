//! What the simulator sees and does: requests that arrive, effects in its ledger, people in the console, and what is
//! downloaded of it at the end.

use chrono::{DateTime, DurationRound as _, Utc};
use rust_decimal::Decimal;

use super::{DOMAIN, Making, World, ms};
use crate::{
    check::call_of_kind,
    evidence::{Effect, PlacedOrder, Sent},
};

impl World {
    /// The armed request arrives, `after` a while; it has its effect or not. The time of the operation does not go on.
    pub(in super::super) fn arrives(&mut self, of: Making, after: i64, effect: bool, status: Option<u16>) {
        let row = &self.evidence.operations[of.row];
        let attempt = row.attempts.last().expect("armed");
        let call = call_of_kind(&row.kind).expect("a kind");
        // The simulator tells whole milliseconds.
        let at = (attempt.armed_at + ms(after)).duration_trunc(ms(1)).expect("a moment");
        let (x_sdk_date, body_sha256) = (attempt.x_sdk_date, hex::encode(&attempt.request_sha256));
        let (subject, amount) = (row.subject.clone(), row.amount.unwrap_or_default());
        let effect = effect.then(|| {
            let (made, amount) = match call {
                "renewal_resources" => (self.place("10.00".parse().expect("an amount")), Decimal::ZERO),
                "cancel_resources_subscription" => (format!("CS{:08}AB", self.number()), -Decimal::ONE),
                "update_period_to_on_demand_instantly" => {
                    (format!("CS{:08}AB", self.number()), Decimal::ZERO)
                }
                "set_resources_renew_config" => {
                    return self.happens(call, "DEDUCTION_DATE=5", amount, ("api", at));
                }
                _ => return self.happens(call, &subject, amount, ("api", at)),
            };
            if call != "renewal_resources" {
                self.values.insert(subject, None);
            }
            self.row(of).upstream_order_id.get_or_insert_with(|| made.clone());
            self.happens(call, &made, amount, ("api", at))
        });
        self.evidence.requests.push(Sent {
            at,
            account: DOMAIN.to_owned(),
            operation: call.to_owned(),
            x_sdk_date,
            signature: format!("{body_sha256}{}", x_sdk_date.timestamp()),
            body_sha256,
            status,
            effect,
            duplicate: false,
        });
    }

    /// The network delivers the last request once more, and it is refused.
    pub(in super::super) fn arrives_again(&mut self, after: i64) {
        let first = self.evidence.requests.last().expect("arrived").clone();
        let again =
            Sent { at: first.at + ms(after), duplicate: true, status: Some(400), effect: None, ..first };
        self.evidence.requests.push(again);
    }

    fn happens(
        &mut self,
        call: &str,
        order: &str,
        amount: Decimal,
        (actor, at): (&str, DateTime<Utc>),
    ) -> u64 {
        let value = match call {
            "auto_renewal_resources" => Some("Auto-renewal"),
            "cancel_auto_renewal_resources" => Some("Manual renewal"),
            "update_period_to_on_demand"
                if self.values.get(order) == Some(&Some("Pay-per-use at expiry")) =>
            {
                Some("Manual renewal")
            }
            "update_period_to_on_demand" => Some("Pay-per-use at expiry"),
            _ => None,
        };
        if value.is_some() {
            self.values.insert(order.to_owned(), value);
        }
        let seq = self.evidence.ledger.len() as u64 + 1;
        self.evidence.ledger.push(Effect {
            seq,
            at,
            account: DOMAIN.to_owned(),
            operation: call.to_owned(),
            subject: order.to_owned(),
            amount,
            coupons: Decimal::ZERO,
            request_id: Some(format!("{seq:032}")),
            actor: actor.to_owned(),
        });
        seq
    }

    /// Somebody acts in Huawei's console.
    pub(in super::super) fn console(&mut self, pays: bool, order: &str, at: DateTime<Utc>) {
        let at = at.duration_trunc(ms(1)).expect("a moment");
        let (call, amount) = if pays {
            ("pay_orders", self.amount_of(order))
        } else {
            ("cancel_customer_order", Decimal::ZERO)
        };
        self.happens(call, order, amount, ("console", at));
        self.act("console", if pays { "console_pay" } else { "console_cancel" }, None, at);
    }

    /// The list of resources, with what happens at expiry.
    pub(super) fn resource_export(&self, language: &str) -> String {
        let header = if language == "en" {
            "Resource id,Name,At expiry"
        } else {
            "资源 ID,资源名称,到期策略"
        };
        let mut lines = vec![format!("\u{feff}{header}")];
        for resource in &self.evidence.resources {
            let value = self.values.get(&resource.id).copied().unwrap_or(Some("Manual renewal"));
            let Some(value) = value else { continue };
            let word = match value {
                _ if language == "en" => value,
                "Auto-renewal" => "自动续费",
                "Manual renewal" => "手动续费",
                _ => "到期转按需",
            };
            lines.push(format!("{},\"web, 1\",{word}", resource.id));
        }
        lines.join("\r\n")
    }

    pub(super) fn export(&self, language: &str) -> String {
        let header = match language {
            "en" => "Order,Account,Status,Paid (Asia/Shanghai),List price (CNY),Payable (CNY)",
            _ => "订单号,云账号,状态,支付时间 (Asia/Shanghai),官网价 (元),应付 (元)",
        };
        let mut lines = vec![format!("\u{feff}{header}")];
        for PlacedOrder { id, amount, .. } in &self.evidence.orders {
            let by = |call| {
                self.evidence.ledger.iter().find(|effect| effect.operation == call && effect.subject == *id)
            };
            let words = match (by("pay_orders"), by("cancel_customer_order")) {
                (Some(_), _) => ["Completed", "已完成"],
                (None, Some(_)) => ["Cancelled", "已取消"],
                (None, None) => ["Awaiting payment", "待支付"],
            };
            let status = words[usize::from(language == "zh")];
            let paid = by("pay_orders").map(|effect| effect.at.to_string()).unwrap_or_default();
            lines.push(format!("{id},\"production, main\",{status},{paid},{amount},{amount}"));
        }
        lines.join("\r\n")
    }
}
