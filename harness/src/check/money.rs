//! I13: money to the cent: each payment, the sums of each account, and the lists of orders that people download.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::{
    Found,
    case::{CANCEL, Case, PAY, name, same},
    states::is_final,
};
use crate::evidence::{Effect, Operation};

/// I13.
pub(super) fn sums(case: &Case<'_>, found: &mut Found) {
    payments(case, found);
    for export in &case.evidence.exports {
        match rows(export) {
            Ok(rows) => rows.iter().for_each(|row| agrees(case, found, row)),
            Err(why) => found.add(format!("an export cannot be read: {why}")),
        }
    }
    for order in touched(case) {
        let listed =
            |export: &String| rows(export).is_ok_and(|rows| rows.iter().any(|row| same(&row.order, &order)));
        if !case.evidence.exports.is_empty() && !case.evidence.exports.iter().any(listed) {
            found.add(format!("order {order} is in no export"));
        }
    }
}

/// What a payment is worth: what left the balances, and what coupons gave.
fn worth(effect: &Effect) -> Decimal {
    effect.amount + effect.coupons
}

fn is_payment(operation: &Operation) -> bool {
    operation.kind == "pay_order" && operation.state == "SUCCEEDED"
}

/// Whether somebody else paid: the ledger knows a payment, and none that is this operation's.
fn is_elsewhere(case: &Case<'_>, operation: &Operation, own: &[&Effect]) -> bool {
    let console = case.happened(PAY, &operation.subject).any(|effect| effect.actor != "api");
    (own.is_empty() && console) || operation.note == "done_elsewhere"
}

/// Σ of what is called paid = Σ of what was paid, for each operation and for each account. An operation that is still
/// open, because people must look at it, has no sum yet.
fn payments(case: &Case<'_>, found: &mut Found) {
    let mut accounts: BTreeMap<&str, (Decimal, Decimal, Vec<String>)> = BTreeMap::new();
    for operation in case.evidence.operations.iter().filter(|operation| is_payment(operation)) {
        let own: Vec<&Effect> = case.effects_of(operation).iter().map(|caused| caused.effect).collect();
        if is_elsewhere(case, operation, &own) {
            continue;
        }
        let (said, done) =
            (operation.amount.unwrap_or_default(), own.iter().map(|own| worth(own)).sum::<Decimal>());
        if said != done {
            let told: Vec<String> = own.iter().map(|own| case.tell(own)).collect();
            let told = if told.is_empty() { "nothing".to_owned() } else { told.join(", ") };
            found.add(format!("{}: ¥{said} called paid, ¥{done} taken: {told}", name(operation)));
        }
        let account = accounts.entry(&operation.domain_id).or_default();
        account.0 += said;
        account.2.push(format!("{} ¥{said}", operation.id));
    }
    for caused in case.caused.iter().filter(|caused| caused.effect.operation == PAY) {
        let rows = caused.operations();
        let counts = |row: &&Operation| is_final(&row.state) && row.note != "done_elsewhere";
        if rows.is_empty() || rows.iter().any(counts) {
            // A member's order is paid with the money of the account that acts.
            let account = rows.first().map_or(caused.effect.account.as_str(), |row| row.domain_id.as_str());
            let account = accounts.entry(account).or_default();
            account.1 += worth(caused.effect);
            account.2.push(case.tell(caused.effect));
        }
    }
    for (account, (said, done, told)) in accounts.iter().filter(|(_, (said, done, _))| said != done) {
        found.add(format!(
            "account {account}: ¥{said} called paid, ¥{done} in the ledger: {}",
            told.join(", ")
        ));
    }
}

/// The orders that operations were about.
fn touched(case: &Case<'_>) -> BTreeSet<String> {
    let operations = case.evidence.operations.iter();
    let on_orders = operations.filter(|row| matches!(row.kind.as_str(), "pay_order" | "cancel_order"));
    on_orders.map(|row| row.subject.to_uppercase()).collect()
}

/// One order as it was downloaded.
struct Row {
    order: String,
    status: String,
    paid: String,
    payable: String,
}

/// The rows of a list in either language.
fn rows(export: &str) -> Result<Vec<Row>, String> {
    let mut reader = csv::ReaderBuilder::new().from_reader(export.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    let column = |names: [&str; 2]| {
        let is =
            |title: &str| names.iter().any(|name| title == *name || title.starts_with(&format!("{name} (")));
        header.iter().position(is).ok_or_else(|| format!("no column {}", names.join(" or ")))
    };
    let order = column(["Order", "订单号"])?;
    let status = column(["Status", "状态"])?;
    let paid = column(["Paid", "支付时间"])?;
    let payable = column(["Payable", "应付"])?;
    let rows = reader.records().map(|record| {
        let record = record.map_err(|error| error.to_string())?;
        let cell = |at: usize| record.get(at).unwrap_or_default().to_owned();
        Ok(Row { order: cell(order), status: cell(status), paid: cell(paid), payable: cell(payable) })
    });
    rows.collect()
}

/// Whether a list of orders that people downloaded says that one awaits payment.
pub(super) fn awaits_payment(case: &Case<'_>, order: &str) -> bool {
    let exports = case.evidence.exports.iter().filter_map(|export| rows(export).ok());
    exports
        .flatten()
        .any(|row| same(&row.order, order) && ["Awaiting payment", "待支付"].contains(&row.status.as_str()))
}

/// Whether a downloaded order is what the ledger says of it.
fn agrees(case: &Case<'_>, found: &mut Found, row: &Row) {
    if !touched(case).contains(&row.order.to_uppercase()) {
        return;
    }
    let payments: Vec<&Effect> = case.happened(PAY, &row.order).collect();
    let Row { order, status, paid, payable } = row;
    if payments.is_empty() != paid.is_empty() {
        let told: Vec<String> = payments.iter().map(|payment| case.tell(payment)).collect();
        found.add(format!("the export says of {order} “{status}”, paid “{paid}”; the ledger: {told:?}"));
    }
    let is_cancelled = ["Cancelled", "已取消"].contains(&status.as_str());
    if is_cancelled != case.happened(CANCEL, order).next().is_some() {
        found.add(format!("the export says of {order} “{status}”; the ledger knows otherwise"));
    }
    let Ok(amount) = payable.parse::<Decimal>() else {
        found.add(format!("the export says of {order} that “{payable}” is payable"));
        return;
    };
    // What a renewal made was not placed by us.
    let Some(placed) = case.evidence.orders.iter().find(|placed| same(&placed.id, &row.order)) else {
        return;
    };
    // A discount and a coupon in percent lower what an order costs once it is paid; other coupons only pay it.
    let is_right = |effect: &Effect| (effect.amount..=worth(effect)).contains(&amount);
    if amount != placed.amount && !payments.iter().any(|payment| is_right(payment)) {
        found.add(format!("the export says of {order} ¥{amount}; it was placed for ¥{}", placed.amount));
    }
}
