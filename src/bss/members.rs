//! What an enterprise master can change about its members: create one, hand out money and coupons and
//! take them back. These are values; only a [`super::Writer`] can send them.

use std::fmt;

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::{
    codes::{
        Association, BalanceType, FinancialCustody, MastersPhone, MemberPermission, SmsLanguage,
        SmsTemplateKey,
    },
    read::stamp,
};
use crate::money::Money;

/// Money to hand out to a member, or to take back from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveMoney {
    customer_id: String,
    amount: Money,
    trans_id: String,
    balance_type: BalanceType,
    expire_time: Option<DateTime<Utc>>,
}

/// A coupon, or a part of it, to hand out to a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOutCoupon {
    customer_id: String,
    coupon_id: String,
    amount: Money,
    trans_id: String,
}

/// A coupon of a member of which what is left is to be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeBackCoupon {
    customer_id: String,
    coupon_id: String,
    sub_coupon_id: String,
    trans_id: String,
}

/// A member to create. Its password is not shown by `Debug`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateMember {
    /// The node of the organisation that it goes under.
    pub party_id: String,
    /// What people call it.
    pub display_name: Option<String>,
    /// What the master may do. With custody of its money Huawei grants the three known ones, whatever
    /// is asked for.
    pub permissions: Vec<MemberPermission>,
    /// Its login name.
    pub customer_name: String,
    /// Who gets its messages.
    pub phone: Phone,
    /// Its password, at least 8 characters; never kept.
    pub password: Password,
    /// Whether the master pays for it; Huawei's own choice when `None`.
    pub financial_custody: Option<FinancialCustody>,
}

/// The telephone of a member that is created. `Debug` shows neither number nor code.
#[derive(Clone, PartialEq, Eq)]
pub enum Phone {
    /// The master's.
    OfMaster,
    /// Its own, with the code that was sent to it.
    Own {
        /// The number.
        number: String,
        /// The code ([`SendCode`]).
        code: String,
    },
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OfMaster => "OfMaster",
            Self::Own { .. } => "Own(***)",
        })
    }
}

/// A password that nothing prints.
#[derive(Clone)]
pub struct Password(pub SecretString);

impl PartialEq for Password {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}
impl Eq for Password {}
impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(***)")
    }
}

/// A code to send to the telephone of a member that is to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendCode {
    /// The number.
    pub mobile_phone: String,
    /// How many minutes it lasts; 10 when `None`, and 5 when above 60.
    pub timeout: Option<u8>,
    /// Its language; Chinese when `None`.
    pub language: Option<SmsLanguage>,
    /// The name of the member, which the message says.
    pub member_name: String,
}

/// It is not a request that BSS could accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMove {
    /// An id is empty.
    #[error("an id is empty")]
    EmptyId,
    /// The amount is nothing, or has more than two decimals.
    #[error("an amount to move is above zero and has at most two decimals")]
    Amount,
    /// Cash has no end.
    #[error("only credit is moved with a time at which it ends")]
    CashWithEnd,
    /// The id of the transfer is empty or too long.
    #[error("the id of a transfer has 1 to 32 letters and digits")]
    TransId,
}

impl MoveMoney {
    /// `trans_id` is ours, and the same move is only made once with it. `expire_time` belongs to credit: it
    /// is the value of the amount that is moved, where that has one.
    pub fn new(
        customer_id: String,
        amount: Money,
        trans_id: String,
        balance_type: BalanceType,
        expire_time: Option<DateTime<Utc>>,
    ) -> Result<Self, InvalidMove> {
        check(&[&customer_id], Some(amount), &trans_id)?;
        if balance_type == BalanceType::Debit && expire_time.is_some() {
            return Err(InvalidMove::CashWithEnd);
        }
        Ok(Self { customer_id, amount, trans_id, balance_type, expire_time })
    }

    pub(super) fn body(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&MoneyBody {
            customer_id: &self.customer_id,
            amount: two_decimals(self.amount),
            trans_id: &self.trans_id,
            balance_type: &self.balance_type,
            expire_time: self.expire_time.map(stamp),
        })
    }
}

impl HandOutCoupon {
    /// A move that BSS could accept, as far as its form goes.
    pub fn new(
        customer_id: String,
        coupon_id: String,
        amount: Money,
        trans_id: String,
    ) -> Result<Self, InvalidMove> {
        check(&[&customer_id, &coupon_id], Some(amount), &trans_id)?;
        Ok(Self { customer_id, coupon_id, amount, trans_id })
    }

    pub(super) fn body(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&HandOutCouponBody {
            customer_id: &self.customer_id,
            coupon_id: &self.coupon_id,
            amount: two_decimals(self.amount),
            trans_id: &self.trans_id,
        })
    }
}

impl TakeBackCoupon {
    /// A move that BSS could accept, as far as its form goes.
    pub fn new(
        customer_id: String,
        coupon_id: String,
        sub_coupon_id: String,
        trans_id: String,
    ) -> Result<Self, InvalidMove> {
        check(&[&customer_id, &coupon_id, &sub_coupon_id], None, &trans_id)?;
        Ok(Self { customer_id, coupon_id, sub_coupon_id, trans_id })
    }

    pub(super) fn body(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&TakeBackCouponBody {
            customer_id: &self.customer_id,
            coupon_id: &self.coupon_id,
            sub_coupon_id: &self.sub_coupon_id,
            trans_id: &self.trans_id,
        })
    }
}

impl CreateMember {
    pub(super) fn body(&self) -> serde_json::Result<Vec<u8>> {
        let (own, code) = match &self.phone {
            Phone::OfMaster => (None, None),
            Phone::Own { number, code } => (Some(number.as_str()), Some(code.as_str())),
        };
        serde_json::to_vec(&CreateMemberBody {
            party_id: &self.party_id,
            display_name: self.display_name.as_deref(),
            sub_customer_association_type: Association::SameLegalEntity,
            permission_ids: &self.permissions,
            new_sub_customer: NewMember {
                customer_name: &self.customer_name,
                mobile_phone: own,
                use_pri_mobile_phone: if own.is_some() { MastersPhone::No } else { MastersPhone::Yes },
                password: self.password.0.expose_secret(),
                verification_code: code,
            },
            financial_custody: self.financial_custody,
        })
    }
}

impl SendCode {
    pub(super) fn body(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&SendCodeBody {
            mobile_phone: &self.mobile_phone,
            timeout: self.timeout,
            language: self.language.as_ref(),
            sm_template_args: [TemplateArgument {
                key: SmsTemplateKey::MemberName,
                value: &self.member_name,
            }],
        })
    }
}

fn check(ids: &[&String], amount: Option<Money>, trans_id: &str) -> Result<(), InvalidMove> {
    if ids.iter().any(|id| id.trim().is_empty()) {
        return Err(InvalidMove::EmptyId);
    }
    if amount.is_some_and(|amount| amount <= Money::ZERO || amount != amount.rounded()) {
        return Err(InvalidMove::Amount);
    }
    if !(1..=32).contains(&trans_id.len()) || !trans_id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(InvalidMove::TransId);
    }
    Ok(())
}

/// Exactly two decimals and no separators, as transfers want.
fn two_decimals(amount: Money) -> String {
    format!("{:.2}", amount.decimal())
}

#[derive(Serialize)]
struct MoneyBody<'a> {
    customer_id: &'a str,
    amount: String,
    trans_id: &'a str,
    balance_type: &'a BalanceType,
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_time: Option<String>,
}

#[derive(Serialize)]
struct HandOutCouponBody<'a> {
    customer_id: &'a str,
    coupon_id: &'a str,
    amount: String,
    trans_id: &'a str,
}

#[derive(Serialize)]
struct TakeBackCouponBody<'a> {
    customer_id: &'a str,
    coupon_id: &'a str,
    sub_coupon_id: &'a str,
    trans_id: &'a str,
}

#[derive(Serialize)]
struct CreateMemberBody<'a> {
    party_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    sub_customer_association_type: Association,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    permission_ids: &'a [MemberPermission],
    new_sub_customer: NewMember<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    financial_custody: Option<FinancialCustody>,
}

#[derive(Serialize)]
struct NewMember<'a> {
    customer_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    mobile_phone: Option<&'a str>,
    use_pri_mobile_phone: MastersPhone,
    password: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification_code: Option<&'a str>,
}

#[derive(Serialize)]
struct SendCodeBody<'a> {
    mobile_phone: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a SmsLanguage>,
    sm_template_args: [TemplateArgument<'a>; 1],
}

#[derive(Serialize)]
struct TemplateArgument<'a> {
    key: SmsTemplateKey,
    value: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: serde_json::Result<Vec<u8>>) -> String {
        String::from_utf8(body.expect("a body")).expect("text")
    }

    fn money(amount: &str) -> Money {
        amount.parse().expect("an amount")
    }

    #[test]
    fn amounts_have_exactly_two_decimals() {
        let moved = |amount: &str| {
            let (customer, trans) = ("c".to_owned(), "t".to_owned());
            MoveMoney::new(customer, money(amount), trans, BalanceType::Debit, None)
        };
        assert_eq!(
            text(moved("1234567.5").expect("valid").body()),
            r#"{"customer_id":"c","amount":"1234567.50","trans_id":"t","balance_type":"BALANCE_TYPE_DEBIT"}"#
        );
        for wrong in ["0", "-1", "0.001"] {
            assert_eq!(moved(wrong), Err(InvalidMove::Amount), "{wrong}");
        }
    }

    #[test]
    fn only_credit_is_moved_with_its_end() {
        let moved = |purse: BalanceType| {
            let end = DateTime::from_timestamp(1_800_000_000, 0);
            MoveMoney::new("c".to_owned(), money("1"), "t".to_owned(), purse, end)
        };
        assert_eq!(moved(BalanceType::Debit), Err(InvalidMove::CashWithEnd));
        assert_eq!(
            text(moved(BalanceType::Credit).expect("valid").body()),
            r#"{"customer_id":"c","amount":"1.00","trans_id":"t","balance_type":"BALANCE_TYPE_CREDIT","expire_time":"2027-01-15T08:00:00Z"}"#
        );
    }

    #[test]
    fn a_transfer_without_an_id_of_its_own_does_not_exist() {
        for trans_id in ["", "0123456789abcdef0123456789abcdef0", "2e2b-1"] {
            let coupon = HandOutCoupon::new("c".to_owned(), "cp".to_owned(), money("1"), trans_id.to_owned());
            assert_eq!(coupon, Err(InvalidMove::TransId), "{trans_id}");
        }
    }

    #[test]
    fn a_password_is_sent_and_never_shown() {
        let member = CreateMember {
            party_id: "1".to_owned(),
            display_name: None,
            permissions: Vec::new(),
            customer_name: "branch".to_owned(),
            phone: Phone::OfMaster,
            password: Password("s3cret-pass".to_owned().into()),
            financial_custody: Some(FinancialCustody::Independent),
        };
        assert!(!format!("{member:?}").contains("s3cret"));
        let own = Phone::Own { number: "13800001234".to_owned(), code: "867530".to_owned() };
        assert!(!format!("{own:?}").contains(['8', '0']));
        assert_eq!(
            text(member.body()),
            r#"{"party_id":"1","sub_customer_association_type":1,"new_sub_customer":{"customer_name":"branch","use_pri_mobile_phone":"Y","password":"s3cret-pass"},"financial_custody":0}"#
        );
    }
}
