//! The body of an answer that says what was done: the orders that were made, which items failed, what
//! became of each. It is read strictly, since a success is believed at once.

use serde::{Deserialize, Deserializer};

use super::Expected;
use crate::{
    bss::{
        codes::ToPayPerUseResult,
        error::{is_code, shortened},
        record::record,
    },
    money::Money,
};

record! {
    /// What renewing and unsubscribing answer.
    pub struct MadeOrders {
        /// The orders that were made.
        pub order_ids: Vec<String>,
        /// What failed.
        pub fail_resource_infos: Vec<FailedResource>,
    }

    /// A resource that failed inside an answer of success.
    pub struct FailedResource {
        /// Huawei's code.
        pub error_code: Option<String>,
        /// Huawei's words.
        pub error_msg: Option<String>,
        /// The resource.
        pub resource_id: Option<String>,
    }

    /// What setting resources to become pay-per-use answers.
    pub struct NotDone {
        /// What was not set.
        pub error_details: Vec<NotSet>,
    }

    /// A resource that was not set.
    pub struct NotSet {
        /// Huawei's code.
        pub error_code: Option<String>,
        /// Huawei's words.
        pub error_msg: Option<String>,
        /// The resource.
        pub id: Option<String>,
    }

    /// What converting to pay-per-use at once answers.
    pub struct Converted {
        /// What became of each resource.
        pub results: Vec<ConvertedResource> = "to_ondemand_service_results",
    }

    /// What became of one resource.
    pub struct ConvertedResource {
        /// The resource.
        pub resource_id: Option<String>,
        /// Done, under review, or failed.
        pub result: Option<ToPayPerUseResult>,
        /// Huawei's code.
        pub error_code: Option<String>,
        /// Huawei's words.
        pub error_msg: Option<String>,
        /// The order that was made.
        pub order_id: Option<String>,
    }

    /// What setting a day of renewal answers.
    pub struct Acknowledged {
        /// Huawei's code, `CBC.0000` or none.
        pub error_code: Option<String>,
        /// Huawei's words.
        pub error_msg: Option<String>,
    }

    /// What handing out a coupon answers.
    pub struct CouponMade {
        /// The member's coupon.
        pub sub_coupon_id: Option<String>,
    }

    /// What taking back a coupon answers.
    pub struct AmountBack {
        /// What came back, yuan; the misspelling is Huawei's.
        pub amount: Option<Money> = "real_retrieve_amout",
    }
}

/// An item of ours that failed inside an answer of success.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemFailure {
    /// The resource.
    pub resource_id: String,
    /// Huawei's code.
    pub error_code: Option<String>,
    /// Huawei's words.
    pub error_msg: Option<String>,
}

/// What a success says was done, beside orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// Conversions of these resources wait for Huawei's review.
    UnderReview(Vec<String>),
    /// This coupon of a member was made.
    Coupon(String),
    /// So much came back, yuan.
    CameBack(Money),
}

/// What a body says was done, and what of ours was not.
#[derive(Debug, Default)]
pub(super) struct Made {
    pub(super) order_ids: Vec<String>,
    pub(super) failed: Vec<ItemFailure>,
    pub(super) done: Option<Done>,
}

/// Every member that a success of some operation has; one said twice is an error.
#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    error_code: Option<String>,
    #[serde(default)]
    error_msg: Option<String>,
    #[serde(default)]
    order_ids: Option<Vec<String>>,
    #[serde(default)]
    fail_resource_infos: Option<Vec<Item>>,
    #[serde(default)]
    error_details: Option<Vec<Item>>,
    #[serde(default)]
    to_ondemand_service_results: Option<Vec<Item>>,
    #[serde(default)]
    sub_coupon_id: Option<String>,
    #[serde(default)]
    real_retrieve_amout: Option<Money>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(alias = "id")]
    resource_id: String,
    #[serde(default)]
    result: Option<ToPayPerUseResult>,
    #[serde(default)]
    order_id: Option<String>,
    #[serde(default, deserialize_with = "code")]
    error_code: Option<String>,
    #[serde(default)]
    error_msg: Option<String>,
}

/// A code; what does not look like one is none, and its item has failed all the same.
fn code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|code| is_code(code)))
}

impl Made {
    /// Anything that is not as documented, or says a code of failure beside it, is not read at all.
    pub(super) fn read(expected: &Expected, body: &[u8]) -> Option<Self> {
        let text = body.trim_ascii();
        let body = match expected {
            Expected::Nothing => return None,
            // What was not done is all that there is to say, so that silence is success.
            Expected::Acknowledged | Expected::NoneNotDone(_) if text.is_empty() => {
                return Some(Self::default());
            }
            // The library would also take an array for an object.
            _ if text.starts_with(b"{") => serde_json::from_slice::<Body>(text).ok()?,
            _ => return None,
        };
        if body.error_code.as_ref().is_some_and(|code| !code.is_empty() && code != "CBC.0000") {
            return None;
        }
        if matches!(expected, Expected::Acknowledged | Expected::NoneNotDone(_)) && !body.is_acknowledged() {
            return None;
        }
        match expected {
            Expected::Nothing => None,
            Expected::Acknowledged => Some(Self::default()),
            Expected::OrdersFor(ours) => body.orders(ours),
            Expected::NoneNotDone(ours) => {
                let items = body.error_details.unwrap_or_default();
                // A failure of something that we did not name may well be one of ours by another name, and
                // nothing here says that ours were done.
                let known = items.iter().all(|item| ours.contains(&item.resource_id));
                known.then(|| Self { failed: failures(ours, &items), ..Self::default() })
            }
            Expected::ResultsFor(ours) => body.results(ours),
            Expected::Coupon => {
                let coupon = body.sub_coupon_id.filter(|id| is_id(id))?;
                Some(Self { done: Some(Done::Coupon(coupon)), ..Self::default() })
            }
            Expected::Amount => {
                let amount = body.real_retrieve_amout.filter(|amount| !amount.is_negative())?;
                Some(Self { done: Some(Done::CameBack(amount)), ..Self::default() })
            }
        }
    }
}

impl Body {
    /// Where silence is success, words without a code of success are none.
    fn is_acknowledged(&self) -> bool {
        let said = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        said(&self.error_code) || !said(&self.error_msg)
    }

    fn orders(self, ours: &[String]) -> Option<Made> {
        let failed = failures(ours, &self.fail_resource_infos.unwrap_or_default());
        let order_ids = self.order_ids.unwrap_or_default();
        if failed.len() == ours.len() {
            // Whatever orders it names are none of ours.
            return Some(Made { failed, ..Made::default() });
        }
        let named = !order_ids.is_empty() && order_ids.iter().all(|id| is_id(id));
        named.then_some(Made { order_ids, failed, done: None })
    }

    /// Each of ours has one result, and one that we know.
    fn results(self, ours: &[String]) -> Option<Made> {
        let results = self.to_ondemand_service_results?;
        let mut made = Made::default();
        let mut under_review = Vec::new();
        for id in ours {
            let mut of_it = results.iter().filter(|item| item.resource_id == *id);
            let (item, None) = (of_it.next()?, of_it.next()) else { return None };
            match item.result {
                Some(ToPayPerUseResult::Done) => {}
                Some(ToPayPerUseResult::UnderReview) => under_review.push(id.clone()),
                Some(ToPayPerUseResult::Failed) => {
                    made.failed.push(failure(item));
                    continue;
                }
                Some(ToPayPerUseResult::Unknown(_)) | None => return None,
            }
            match item.order_id.as_deref().filter(|order| !order.is_empty()) {
                Some(order) if is_id(order) => made.order_ids.push(order.to_owned()),
                Some(_) => return None,
                None => {}
            }
        }
        made.done = (!under_review.is_empty()).then_some(Done::UnderReview(under_review));
        Some(made)
    }
}

/// Those of ours that failed, in the order in which we named them.
fn failures(ours: &[String], items: &[Item]) -> Vec<ItemFailure> {
    ours.iter().filter_map(|id| items.iter().find(|item| item.resource_id == *id)).map(failure).collect()
}

fn failure(item: &Item) -> ItemFailure {
    ItemFailure {
        resource_id: item.resource_id.clone(),
        error_code: item.error_code.clone(),
        error_msg: item.error_msg.as_deref().map(shortened),
    }
}

/// Ids of orders and coupons are short words.
fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
