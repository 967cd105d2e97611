//! How codes of orders look: tone, icon and word of a status, the word of a type. It decides nothing.

use std::borrow::Cow;

use crate::{
    bss::codes::{OrderStatus, OrderType},
    i18n::Locale,
    money::Money,
};

pub use crate::web::{chip::order as status, fmt::grouped};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_status_is_never_shown_as_another() {
        let chip = status(77, Locale::En);
        assert_eq!((chip.tone, chip.word.as_ref()), ("unknown", "Unknown (77)"));
    }
}
