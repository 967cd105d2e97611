//! A form that is posted again: whether it asks for what it became the first time. It submits nothing
//! and changes nothing.

use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{operations::FormMade, web::links};

/// How a form that is posted again compares with what it became.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// It asks for the same.
    Same,
    /// It asks for the same thing in another way, such as with another reason: the first holds.
    Otherwise,
    /// It asks for another thing.
    Another,
}

impl Again {
    /// Whether `made` acts upon `order` with what `same` says is the same confirmed form.
    pub fn of<C: DeserializeOwned>(
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
pub fn as_first_sent(made: &FormMade) -> String {
    format!("{}?first=1", links::operation(made.operation.0))
}

/// The key of one thing's part of a form that is about several: the same for the same form, so that posting
/// it twice is one operation for each.
pub fn part_key(form_key: Uuid, id: &str) -> Uuid {
    let digest = Sha256::new().chain_update(form_key).chain_update(id).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn a_form_gives_each_order_a_key_of_its_own_and_always_the_same() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(part_key(one, "CS1"), part_key(one, "CS1"));
        assert_ne!(part_key(one, "CS1"), part_key(one, "CS2"));
        assert_ne!(part_key(one, "CS1"), part_key(other, "CS1"));
    }
}
