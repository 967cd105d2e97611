//! A form that is posted again: whether it asks for what it became the first time. It submits nothing
//! and changes nothing.

use serde::de::DeserializeOwned;

use crate::{operations::FormMade, web::links};

/// How a form that is posted again compares with what it became.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// It asks for the same.
    Same,
    /// It asks for the same thing in another way, such as with another reason: the first holds.
    Otherwise,
    /// It asks for another thing.
    Another,
}

impl Again {
    /// Whether `made` acts upon `order` with what `same` says is the same confirmed form.
    pub(super) fn of<C: DeserializeOwned>(
        made: &FormMade,
        (kind, order): (&str, &str),
        same: impl FnOnce(C) -> bool,
    ) -> Self {
        if made.kind != kind || !made.subject.eq_ignore_ascii_case(order) {
            return Self::Another;
        }
        if serde_json::from_str(&made.payload).is_ok_and(same) { Self::Same } else { Self::Otherwise }
    }
}

/// The page of the operation that a form became, saying that later wishes were not taken.
pub(super) fn as_first_sent(made: &FormMade) -> String {
    format!("{}?first=1", links::operation(made.operation.0))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::operations::OperationId;

    #[test]
    fn another_kind_or_order_is_another_thing_and_another_wish_is_the_same_thing_otherwise() {
        let made = FormMade {
            form_key: Uuid::nil(),
            operation: OperationId(Uuid::nil()),
            kind: "pay_order".to_owned(),
            subject: "CS1".to_owned(),
            payload: "7".to_owned(),
        };
        let of = |kind, order, wish: u8| Again::of(&made, (kind, order), |first: u8| first == wish);
        assert_eq!(of("pay_order", "cs1", 7), Again::Same);
        assert_eq!(of("pay_order", "CS1", 8), Again::Otherwise);
        assert_eq!(of("pay_order", "CS2", 7), Again::Another);
        assert_eq!(of("cancel_order", "CS1", 7), Again::Another);
    }
}
