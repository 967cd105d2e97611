//! How codes of orders look: tone, icon and word of a status, the word of a type. It decides nothing.

use std::borrow::Cow;

use crate::{
    bss::codes::{OrderStatus, OrderType},
    i18n::Locale,
    money::Money,
    web::chip::Chip,
};

/// The chip of a status.
pub fn status(code: i16, locale: Locale) -> Chip {
    let status = OrderStatus::from_code(code.into());
    let (tone, icon) = match status {
        OrderStatus::AwaitingApproval | OrderStatus::AwaitingConfirmation => ("decision", "clock"),
        OrderStatus::AwaitingPayment => ("decision", "deadline"),
        OrderStatus::AwaitingRefund => ("progress", "refund"),
        OrderStatus::Processing => ("progress", "progress"),
        OrderStatus::Completed => ("done", "done"),
        OrderStatus::Cancelled => ("final", "final"),
        OrderStatus::AwaitingShipment
        | OrderStatus::AwaitingReceipt
        | OrderStatus::AwaitingPickUp
        | OrderStatus::BeingReplaced => ("progress", "shipping"),
        OrderStatus::Unknown(_) => ("unknown", "unknown"),
    };
    Chip { tone, icon, word: status.name(locale) }
}

/// The word of a type.
pub fn order_type(code: i16, locale: Locale) -> Cow<'static, str> {
    OrderType::from_code(code.into()).name(locale)
}

/// Whether an order of this type and amount gave money back: an unsubscription, or a downgrade.
pub fn gives_back(code: i16, payable: Money) -> bool {
    match OrderType::from_code(code.into()) {
        OrderType::Unsubscription => true,
        OrderType::Change => payable.is_negative(),
        _ => false,
    }
}

/// Whether an order of this status can be paid and cancelled.
pub fn awaits_payment(code: i16) -> bool {
    OrderStatus::from_code(code.into()) == OrderStatus::AwaitingPayment
}

/// A number with thousands separators.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::from(if number < 0 { "-" } else { "" });
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1000, -1_234_567].map(grouped), ["0", "999", "1,000", "-1,234,567"]);
    }

    #[test]
    fn an_unknown_status_is_never_shown_as_another() {
        let chip = status(77, Locale::En);
        assert_eq!((chip.tone, chip.word.as_ref()), ("unknown", "Unknown (77)"));
    }
}
