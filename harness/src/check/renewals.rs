//! I7 and I17: orders that renewals made. They judge every history; one without renewals has nothing to say.

use std::collections::BTreeMap;

use super::{
    Found,
    case::{CANCEL, Case, PAY, RENEW, ROUNDED, name, same, time},
    money::awaits_payment,
};
use crate::evidence::{Effect, Operation, Sent};

/// The orders that operations of kind renew made, with the operation.
fn renewals<'e>(case: &Case<'e>) -> Vec<(&'e Operation, &'e Effect)> {
    let made = case.caused.iter().filter(|caused| caused.effect.operation == RENEW);
    made.filter_map(|caused| Some((caused.causes.first()?.operation, caused.effect))).collect()
}

/// When an order was paid by a request.
fn paid<'e>(case: &Case<'e>, order: &'e str) -> Option<&'e Effect> {
    case.happened(PAY, order).find(|effect| effect.actor == "api")
}

/// I7. A renewal that was ordered before another one of the same resource was paid rests on the same look at the
/// resource: its expiry had not moved yet. At most one of such may be paid.
pub(super) fn one_paid(case: &Case<'_>, found: &mut Found) {
    let mut by_resource: BTreeMap<String, Vec<(&Effect, &Effect)>> = BTreeMap::new();
    for (operation, order) in renewals(case) {
        if let Some(payment) = paid(case, &order.subject) {
            by_resource.entry(operation.subject.to_uppercase()).or_default().push((order, payment));
        }
    }
    for (resource, mut renewals) in by_resource {
        renewals.sort_by_key(|(_, payment)| payment.at);
        for pair in renewals.windows(2) {
            let ((_, first), (order, second)) = (pair[0], pair[1]);
            if order.at <= first.at {
                let (first, order, second) = (case.tell(first), case.tell(order), case.tell(second));
                found.add(format!(
                    "resource {resource} was renewed twice from one look: {first}; {order}, {second}"
                ));
            }
        }
    }
}

/// I17. Of the orders that one operation made, the bound one is wanted; each other one is cancelled, or its operation
/// was handed to people. One that the network made after the operation had ended, as it can once the first one is paid,
/// is in the list of orders that await payment. Such an order is never paid.
pub(super) fn none_left_over(case: &Case<'_>, found: &mut Found) {
    for (operation, order) in renewals(case) {
        let made_one = renewals(case).iter().filter(|(other, _)| other.id == operation.id).count() == 1;
        let is_wanted = match &operation.upstream_order_id {
            Some(bound) => same(bound, &order.subject),
            None => made_one,
        };
        if is_wanted {
            continue;
        }
        if let Some(payment) = paid(case, &order.subject) {
            let (order, payment) = (case.tell(order), case.tell(payment));
            found.add(format!("{}: the extra order was paid: {order}, {payment}", name(operation)));
        } else if case.happened(CANCEL, &order.subject).next().is_none()
            && !was_shown(operation)
            && !(came_later(case, operation, order) && awaits_payment(case, &order.subject))
        {
            let (order, end) = (case.tell(order), time(case.evidence.ended_at));
            found.add(format!("{}: at {end} an extra unpaid order is left over: {order}", name(operation)));
        }
    }
}

/// Whether a second delivery made it when its operation had ended.
fn came_later(case: &Case<'_>, operation: &Operation, order: &Effect) -> bool {
    let is_second = |sent: &&Sent| sent.effect == Some(order.seq) && sent.duplicate;
    case.evidence.requests.iter().any(|sent| is_second(&sent))
        && operation.closed_at.is_some_and(|closed| closed <= order.at + ROUNDED)
}

/// Whether people had to look at it. They may have closed it since, knowing of the order.
fn was_shown(operation: &Operation) -> bool {
    operation.events.iter().any(|event| event.to == "NEEDS_REVIEW")
}
