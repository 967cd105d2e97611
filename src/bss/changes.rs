//! What can be changed at Huawei, each as a value, with what its success looks like. Only a
//! [`super::Writer`] can send one.

use serde::Serialize;

use super::{
    PayOrder,
    answers::{Acknowledged, AmountBack, Converted, CouponMade, Expected, MadeOrders, NotDone},
    members::{CreateMember, HandOutCoupon, MoveMoney, SendCode, TakeBackCoupon},
    record::{Record, Shape},
    sign::encoded,
    subscriptions::{AutoRenewal, Conversion, Renewal, RenewalDay, ToPayPerUse, Unsubscription},
};

/// A change to make at Huawei.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Pay an order (`pay_orders`, v3, api-oce/api_order_00030).
    Pay(PayOrder),
    /// Cancel an order that awaits payment (`cancel_customer_order`, api-oce "取消待支付订单").
    CancelOrder {
        /// The order.
        order_id: String,
    },
    /// Order the renewal of resources (`renewal_resources`, api-oce/api_order_00018).
    Renew(Renewal),
    /// Unsubscribe resources (`cancel_resources_subscription`, api-oce/api_order_00019).
    Unsubscribe(Unsubscription),
    /// Have a resource renewed by itself (`auto_renewal_resources`, api-oce "设置包年/包月资源自动续费").
    AutoRenew(AutoRenewal),
    /// Have it not renewed by itself any more (`cancel_auto_renewal_resources`).
    CancelAutoRenew {
        /// The resource.
        resource_id: String,
    },
    /// Set the day of deduction, or the common day of expiry (`set_resources_renew_config`).
    SetRenewalDay(RenewalDay),
    /// Have resources become pay-per-use when they expire, or not any more
    /// (`update_period_to_on_demand`, api-oce/api_order_00024).
    SetToPayPerUse(ToPayPerUse),
    /// Make resources pay-per-use at once (`update_period_to_on_demand_instantly`).
    ConvertToPayPerUse(Conversion),
    /// Open enterprise projects for the account (`create_enterprise_project_auth`). It cannot be undone.
    OpenEnterpriseProjects,
    /// Create a member (`create_sub_enterprise_account`); it is there a while later.
    CreateMember(CreateMember),
    /// Send the code that creating a member asks for (`send_sms_verification_code`).
    SendCode(SendCode),
    /// Hand money out to a member (`update_sub_enterprise_amount`).
    HandOutMoney(MoveMoney),
    /// Take money back from a member (`reclaim_sub_enterprise_amount`).
    TakeBackMoney(MoveMoney),
    /// Hand a coupon out to a member (`claim_enterprise_multi_account_coupon`, api-oce/ep_00026).
    HandOutCoupon(HandOutCoupon),
    /// Take back what is left of a coupon (`reclaim_enterprise_multi_account_coupon`).
    TakeBackCoupon(TakeBackCoupon),
}

/// A write operation, as the catalogue has it.
#[derive(Debug)]
pub(super) struct WriteOperation {
    pub(super) id: &'static str,
    pub(super) method: &'static str,
    /// With a name in braces where a segment is put in.
    pub(super) path: &'static str,
    /// Huawei's documented rate (api-oce, fci_00002).
    pub(super) per_second: u32,
    /// The fields of its answer; none where success has no body.
    pub(super) answer: &'static [Shape],
}

macro_rules! operations {
    ($($name:ident: $method:literal $path:literal as $id:literal -> $answer:expr;)+) => {
        $(const $name: WriteOperation = WriteOperation {
            id: $id,
            method: $method,
            path: $path,
            per_second: 10,
            answer: $answer,
        };)+
        /// Every operation that changes something.
        pub(super) const OPERATIONS: &[&WriteOperation] = &[$(&$name),+];
    };
}

operations! {
    PAY: "POST" "/v3/orders/customer-orders/pay" as "pay_orders" -> &[];
    CANCEL: "PUT" "/v2/orders/customer-orders/cancel" as "cancel_customer_order" -> &[];
    RENEW: "POST" "/v2/orders/subscriptions/resources/renew" as "renewal_resources" -> MadeOrders::FIELDS;
    UNSUBSCRIBE: "POST" "/v2/orders/subscriptions/resources/unsubscribe" as "cancel_resources_subscription"
        -> MadeOrders::FIELDS;
    AUTO_RENEW: "POST" "/v2/orders/subscriptions/resources/autorenew/{resource_id}" as "auto_renewal_resources" -> &[];
    CANCEL_AUTO_RENEW: "DELETE" "/v2/orders/subscriptions/resources/autorenew/{resource_id}"
        as "cancel_auto_renewal_resources" -> &[];
    SET_RENEWAL_DAY: "POST" "/v2/orders/subscriptions/resources/renew/config" as "set_resources_renew_config"
        -> Acknowledged::FIELDS;
    SET_TO_PAY_PER_USE: "POST" "/v2/orders/subscriptions/resources/to-on-demand" as "update_period_to_on_demand"
        -> NotDone::FIELDS;
    CONVERT: "POST" "/v2/orders/subscriptions/resources/to-on-demand/instantly"
        as "update_period_to_on_demand_instantly" -> Converted::FIELDS;
    OPEN_PROJECTS: "POST" "/v2/enterprises/enterprise-projects/authority" as "create_enterprise_project_auth" -> &[];
    CREATE_MEMBER: "POST" "/v2/enterprises/multi-accounts/sub-customers" as "create_sub_enterprise_account" -> &[];
    SEND_CODE: "POST" "/v2/enterprises/multi-accounts/sm-verification-code" as "send_sms_verification_code" -> &[];
    HAND_OUT_MONEY: "POST" "/v2/enterprises/multi-accounts/transfer-amount" as "update_sub_enterprise_amount" -> &[];
    TAKE_BACK_MONEY: "POST" "/v2/enterprises/multi-accounts/retrieve-amount" as "reclaim_sub_enterprise_amount" -> &[];
    HAND_OUT_COUPON: "POST" "/v2/enterprises/multi-accounts/transfer-coupon" as "claim_enterprise_multi_account_coupon"
        -> CouponMade::FIELDS;
    TAKE_BACK_COUPON: "POST" "/v2/enterprises/multi-accounts/retrieve-coupon" as "reclaim_enterprise_multi_account_coupon"
        -> AmountBack::FIELDS;
}

#[derive(Serialize)]
struct CancelBody<'a> {
    order_id: &'a str,
}

impl Write {
    /// The operation, by the catalogue's id.
    pub fn operation_id(&self) -> &'static str {
        self.operation().id
    }

    /// How many resources it names, and so how many orders it makes at most; 1 for what names none.
    pub fn resources(&self) -> usize {
        match self {
            Self::Renew(renewal) => renewal.resource_ids().len(),
            Self::Unsubscribe(resources) => resources.resource_ids().len(),
            Self::SetToPayPerUse(resources) => resources.resource_ids().len(),
            Self::ConvertToPayPerUse(resources) => resources.resource_ids().len(),
            _ => 1,
        }
    }

    /// What its success looks like.
    pub(super) fn expects(&self) -> Expected {
        match self {
            Self::Pay(_)
            | Self::CancelOrder { .. }
            | Self::AutoRenew(_)
            | Self::CancelAutoRenew { .. }
            | Self::OpenEnterpriseProjects
            | Self::CreateMember(_)
            | Self::SendCode(_)
            | Self::HandOutMoney(_)
            | Self::TakeBackMoney(_) => Expected::Nothing,
            Self::Renew(renewal) => Expected::OrdersFor(renewal.resource_ids().to_vec()),
            Self::Unsubscribe(resources) => Expected::OrdersFor(resources.resource_ids().to_vec()),
            Self::SetRenewalDay(_) => Expected::Acknowledged,
            Self::SetToPayPerUse(resources) => Expected::NoneNotDone(resources.resource_ids().to_vec()),
            Self::ConvertToPayPerUse(resources) => Expected::ResultsFor(resources.resource_ids().to_vec()),
            Self::HandOutCoupon(_) => Expected::Coupon,
            Self::TakeBackCoupon(_) => Expected::Amount,
        }
    }

    pub(super) const fn operation(&self) -> &'static WriteOperation {
        match self {
            Self::Pay(_) => &PAY,
            Self::CancelOrder { .. } => &CANCEL,
            Self::Renew(_) => &RENEW,
            Self::Unsubscribe(_) => &UNSUBSCRIBE,
            Self::AutoRenew(_) => &AUTO_RENEW,
            Self::CancelAutoRenew { .. } => &CANCEL_AUTO_RENEW,
            Self::SetRenewalDay(_) => &SET_RENEWAL_DAY,
            Self::SetToPayPerUse(_) => &SET_TO_PAY_PER_USE,
            Self::ConvertToPayPerUse(_) => &CONVERT,
            Self::OpenEnterpriseProjects => &OPEN_PROJECTS,
            Self::CreateMember(_) => &CREATE_MEMBER,
            Self::SendCode(_) => &SEND_CODE,
            Self::HandOutMoney(_) => &HAND_OUT_MONEY,
            Self::TakeBackMoney(_) => &TAKE_BACK_MONEY,
            Self::HandOutCoupon(_) => &HAND_OUT_COUPON,
            Self::TakeBackCoupon(_) => &TAKE_BACK_COUPON,
        }
    }

    /// The path as it is sent.
    pub(super) fn path(&self) -> String {
        let path = self.operation().path;
        let segment = match self {
            Self::AutoRenew(renewal) => renewal.resource_id(),
            Self::CancelAutoRenew { resource_id } => resource_id,
            _ => return path.to_owned(),
        };
        let (before, _) = path.split_once('{').unwrap_or((path, ""));
        format!("{before}{}", encoded(segment))
    }

    /// The body as it is sent, the same bytes for the same write.
    pub(super) fn body(&self) -> Vec<u8> {
        let body = match self {
            Self::Pay(pay) => pay.body(),
            Self::CancelOrder { order_id } => serde_json::to_vec(&CancelBody { order_id }),
            Self::Renew(renewal) => renewal.body(),
            Self::Unsubscribe(resources) => resources.body(),
            Self::AutoRenew(renewal) => renewal.body(),
            Self::CancelAutoRenew { .. } | Self::OpenEnterpriseProjects => return Vec::new(),
            Self::SetRenewalDay(day) => day.body(),
            Self::SetToPayPerUse(resources) => resources.body(),
            Self::ConvertToPayPerUse(resources) => resources.body(),
            Self::CreateMember(member) => member.body(),
            Self::SendCode(code) => code.body(),
            Self::HandOutMoney(money) | Self::TakeBackMoney(money) => money.body(),
            Self::HandOutCoupon(coupon) => coupon.body(),
            Self::TakeBackCoupon(coupon) => coupon.body(),
        };
        body.expect("texts and numbers always serialise")
    }
}
