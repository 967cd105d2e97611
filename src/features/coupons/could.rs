//! What coupons could still be used for, by what is known of orders and resources: nothing known speaks against it.
//! Only Huawei can say that it can, when it is asked about an order. Pure.

use chrono::{DateTime, Utc};

use super::store::{Pending, Renewable};
use crate::{
    bss::{codes::PayCouponType, coupons::Coupon},
    identity::access::AccountId,
    payments::rules::{Why, left_out},
};

/// What one coupon could be used for.
pub(super) struct Could<'a> {
    /// Orders that wait to be paid, the nearest deadline first.
    pub(super) orders: Vec<&'a Pending>,
    /// Resources that expire before it does, the soonest first.
    pub(super) resources: Vec<&'a Renewable>,
}

/// What a coupon of an account could be used for, of these orders and resources.
pub(super) fn could<'a>(
    account: AccountId,
    coupon: &Coupon,
    (orders, resources): (&'a [Pending], &'a [Renewable]),
    now: DateTime<Utc>,
) -> Could<'a> {
    let can_pay = PayCouponType::of(coupon.coupon_type).is_some();
    let fits = |order_id: &str, services: &[String]| {
        can_pay && matches!(left_out(coupon, order_id, services, now), Why::NotOffered)
    };
    let region = |region: &str| {
        coupon.use_limits.iter().filter(|limit| limit.key.as_deref() == Some("regionCode")).all(|limit| {
            limit.value1.as_ref().is_none_or(|codes| codes.split(',').any(|code| code.trim() == region))
        })
    };
    let ends_before = |at: DateTime<Utc>| coupon.expire_time.is_none_or(|end| at <= end);
    Could {
        orders: orders
            .iter()
            .filter(|order| order.account == account && fits(&order.order_id, &order.services))
            .collect(),
        resources: resources
            .iter()
            .filter(|one| one.account == account && ends_before(one.expires_at) && region(&one.region))
            .filter(|one| fits("", std::slice::from_ref(&one.service)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nothing_known_speaks_against_is_told() {
        let at = |text: &str| -> DateTime<Utc> { text.parse().expect("a time") };
        let (ours, theirs) = (AccountId(uuid::Uuid::from_u128(1)), AccountId(uuid::Uuid::from_u128(2)));
        let order = |account, id: &str, service: &str| Pending {
            account,
            order_id: id.to_owned(),
            service_zh: String::new(),
            service_en: String::new(),
            payable: 1.into(),
            pay_until: None,
            services: vec![service.to_owned()],
        };
        let resource = |id: &str, service: &str, region: &str, expires: &str| Renewable {
            account: ours,
            resource_id: id.to_owned(),
            name: String::new(),
            service: service.to_owned(),
            region: region.to_owned(),
            expires_at: at(expires),
        };
        let orders =
            [order(ours, "fits", "ecs"), order(ours, "other", "evs"), order(theirs, "theirs", "ecs")];
        let resources = [
            resource("fits", "ecs", "north", "2026-12-01T00:00:00Z"),
            resource("late", "ecs", "north", "2026-12-20T00:00:00Z"),
            resource("south", "ecs", "south", "2026-12-01T00:00:00Z"),
            resource("evs", "evs", "north", "2026-12-01T00:00:00Z"),
        ];
        let now = at("2026-11-22T00:00:00Z");
        let told = |rest: &str| {
            let coupon: Coupon = serde_json::from_str(&format!(
                r#"{{"coupon_id":"a","status":2,"expire_time":"2026-12-10T00:00:00Z",{rest},"use_limits":[
                     {{"limit_key":"serviceType","value1":"ecs,dcs"}},{{"limit_key":"regionCode","value1":"north"}}]}}"#
            ))
            .expect("a coupon");
            let could = could(ours, &coupon, (&orders, &resources), now);
            let orders: Vec<String> = could.orders.iter().map(|order| order.order_id.clone()).collect();
            (orders, could.resources.iter().map(|one| one.resource_id.clone()).collect::<Vec<_>>())
        };
        assert_eq!(told(r#""coupon_type":1"#), (vec!["fits".to_owned()], vec!["fits".to_owned()]));
        for never in [
            r#""coupon_type":3"#,
            r#""coupon_type":1,"is_frozen":1"#,
            r#""coupon_type":1,"lock_order_id":"CS9""#,
        ] {
            assert_eq!(told(never), (vec![], vec![]), "{never}");
        }
    }
}
