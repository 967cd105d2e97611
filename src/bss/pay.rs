//! How an order is paid. A payment is a value; only a [`super::Writer`] can send it.

use serde::Serialize;

use super::codes::{PayCouponType, PayDiscountType};

/// The most coupons and cards that one payment may use.
pub const MAX_COUPONS: usize = 3;

/// A payment: one order, with at most three coupons or cards and at most one discount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayOrder {
    order_id: String,
    coupons: Vec<PaidCoupon>,
    discount: Option<PaidDiscount>,
}

/// A coupon or card that a payment uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaidCoupon {
    /// Its id.
    pub id: String,
    /// Its kind, in the codes of payments.
    #[serde(rename = "type")]
    pub kind: PayCouponType,
}

/// The discount that a payment uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaidDiscount {
    /// Its id.
    pub id: String,
    /// Its kind, in the codes of payments.
    #[serde(rename = "type")]
    pub kind: PayDiscountType,
}

/// The payment is not one that BSS could accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPay {
    /// An id is empty.
    #[error("an id is empty")]
    EmptyId,
    /// There are more coupons than a payment may use.
    #[error("a payment uses at most {MAX_COUPONS} coupons")]
    TooManyCoupons,
    /// A coupon is named twice.
    #[error("a coupon is named twice")]
    CouponTwice,
}

impl PayOrder {
    /// A payment that BSS could accept, as far as its form goes.
    pub fn new(
        order_id: String,
        coupons: Vec<PaidCoupon>,
        discount: Option<PaidDiscount>,
    ) -> Result<Self, InvalidPay> {
        let ids = coupons.iter().map(|coupon| &coupon.id).chain(discount.iter().map(|discount| &discount.id));
        if ids.chain([&order_id]).any(|id| id.trim().is_empty()) {
            return Err(InvalidPay::EmptyId);
        }
        if coupons.len() > MAX_COUPONS {
            return Err(InvalidPay::TooManyCoupons);
        }
        if coupons.iter().enumerate().any(|(at, one)| coupons[..at].iter().any(|other| other.id == one.id)) {
            return Err(InvalidPay::CouponTwice);
        }
        Ok(Self { order_id, coupons, discount })
    }

    /// The order.
    pub fn order_id(&self) -> &str {
        &self.order_id
    }

    /// The coupons and cards.
    pub fn coupons(&self) -> &[PaidCoupon] {
        &self.coupons
    }

    /// The discount.
    pub const fn discount(&self) -> Option<&PaidDiscount> {
        self.discount.as_ref()
    }

    pub(super) fn body(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&PayBody {
            order_id: &self.order_id,
            use_coupon: yes_no(!self.coupons.is_empty()),
            use_discount: yes_no(self.discount.is_some()),
            coupon_infos: &self.coupons,
            discount_infos: self.discount.as_slice(),
        })
    }
}

/// A list comes with "YES" and is left out with "NO": a list beside "NO" is an error by one page and
/// ignored by another.
#[derive(Serialize)]
struct PayBody<'a> {
    order_id: &'a str,
    use_coupon: &'static str,
    use_discount: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    coupon_infos: &'a [PaidCoupon],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    discount_infos: &'a [PaidDiscount],
}

const fn yes_no(yes: bool) -> &'static str {
    if yes { "YES" } else { "NO" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coupon(id: &str) -> PaidCoupon {
        PaidCoupon { id: id.to_owned(), kind: PayCouponType::Voucher }
    }

    fn body(pay: &PayOrder) -> String {
        String::from_utf8(pay.body().expect("a body")).expect("text")
    }

    #[test]
    fn a_payment_names_its_coupons_and_discount_in_the_codes_of_payments() {
        let discount = PaidDiscount { id: "D1".to_owned(), kind: PayDiscountType::PRICE_ADJUSTMENT };
        let pay = PayOrder::new("CS1".to_owned(), vec![coupon("CP1")], Some(discount)).expect("valid");
        assert_eq!(
            body(&pay),
            r#"{"order_id":"CS1","use_coupon":"YES","use_discount":"YES","coupon_infos":[{"id":"CP1","type":301}],"discount_infos":[{"id":"D1","type":609}]}"#
        );
    }

    #[test]
    fn what_is_not_used_is_not_listed() {
        let pay = PayOrder::new("CS1".to_owned(), Vec::new(), None).expect("valid");
        assert_eq!(body(&pay), r#"{"order_id":"CS1","use_coupon":"NO","use_discount":"NO"}"#);
    }

    #[test]
    fn a_payment_that_bss_could_not_accept_does_not_exist() {
        let four = ["a", "b", "c", "d"].map(coupon).to_vec();
        assert_eq!(PayOrder::new("CS1".to_owned(), four, None), Err(InvalidPay::TooManyCoupons));
        let twice = vec![coupon("a"), coupon("a")];
        assert_eq!(PayOrder::new("CS1".to_owned(), twice, None), Err(InvalidPay::CouponTwice));
        assert_eq!(PayOrder::new(" ".to_owned(), Vec::new(), None), Err(InvalidPay::EmptyId));
    }
}
