//! Every URL that crosses features, written once. It knows paths, not what is behind them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use uuid::Uuid;

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The overview.
pub const OVERVIEW: &str = "/";
/// The sign-in page.
pub const SIGN_IN: &str = "/sign-in";
/// Where the sign-out button posts to.
pub const SIGN_OUT: &str = "/sign-out";
/// The first-run page.
pub const SETUP: &str = "/setup";
/// A person's own page.
pub const ACCOUNT: &str = "/account";
/// Where language, appearance and account are chosen.
pub const PREFERENCES: &str = "/preferences";
/// The list of orders.
pub const ORDERS: &str = "/orders";
/// The list of yearly/monthly resources.
pub const RESOURCES: &str = "/resources";
/// Where an account's day of deduction and common day of expiry are set.
pub const RENEWAL_DAYS: &str = "/resources/days";
/// The list of plans: several operations carried out one after another.
pub const PLANS: &str = "/resources/plans";
/// The calendar of expiries and charges.
pub const CALENDAR: &str = "/resources/calendar";
/// Below it are the secret addresses of calendars.
pub const CALENDAR_FEEDS: &str = "/calendar/";
/// The list of coupons.
pub const COUPONS: &str = "/coupons";
/// The list of stored-value cards.
pub const CARDS: &str = "/coupons/cards";
/// Balances, and what moved them.
pub const BALANCE: &str = "/balance";
/// The list of resource packages.
pub const PACKAGES: &str = "/packages";
/// Prices: inquiries and saved quotes.
pub const PRICES: &str = "/prices";
/// The list of operations.
pub const ACTIVITY: &str = "/activity";

/// The sign-in page, leading to `next` afterwards.
pub fn sign_in(next: Option<&str>) -> String {
    next.map_or_else(|| SIGN_IN.to_owned(), |next| format!("{SIGN_IN}?next={}", encoded(next)))
}

/// Where the list is that the prefix of a searched text names (`order:`, `res:`), unless it is the one at `here`.
pub fn searched(typed: &str, here: &str) -> Option<String> {
    let typed = typed.trim();
    let list =
        [("order:", ORDERS), ("res:", RESOURCES)].iter().find(|(prefix, _)| typed.starts_with(prefix))?.1;
    (list != here).then(|| format!("{list}?q={}", encoded(typed)))
}

/// The page of an order.
pub fn order(order_id: &str) -> String {
    format!("{ORDERS}/{}", encoded(order_id))
}

/// The page on which an order is paid.
pub fn pay_order(order_id: &str) -> String {
    format!("{ORDERS}/{}/pay", encoded(order_id))
}

/// The page that shows what a refund order gave back.
pub fn refund(order_id: &str) -> String {
    format!("{ORDERS}/{}/refund", encoded(order_id))
}

/// The page on which orders are cancelled.
pub fn cancel_orders<'a>(order_ids: impl IntoIterator<Item = &'a str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for id in order_ids {
        query.append_pair("order", id);
    }
    format!("{ORDERS}/cancel?{}", query.finish())
}

/// The page of a resource.
pub fn resource(resource_id: &str) -> String {
    format!("{RESOURCES}/of/{}", encoded(resource_id))
}

/// The page on which resources are renewed.
pub fn renew<'a>(resource_ids: impl IntoIterator<Item = &'a str>) -> String {
    about("renew", resource_ids)
}

/// The page on which resources are unsubscribed.
pub fn unsubscribe<'a>(resource_ids: impl IntoIterator<Item = &'a str>) -> String {
    about("unsubscribe", resource_ids)
}

/// The page that compares what an unsubscription gave back with what was estimated.
pub fn refunds(operation: Uuid) -> String {
    format!("{RESOURCES}/refunds/{operation}")
}

/// The page on which automatic renewal is switched on or off.
pub fn auto_renewal<'a>(resource_ids: impl IntoIterator<Item = &'a str>) -> String {
    about("auto-renewal", resource_ids)
}

/// The page on which resources are set to become pay-per-use when they expire, or not.
pub fn at_expiry<'a>(resource_ids: impl IntoIterator<Item = &'a str>) -> String {
    about("at-expiry", resource_ids)
}

/// The page on which resources become pay-per-use at once.
pub fn convert<'a>(resource_ids: impl IntoIterator<Item = &'a str>) -> String {
    about("convert", resource_ids)
}

/// The page that proposes orders and payments for the least cash.
pub fn plan_renewals<'a>(resource_ids: impl IntoIterator<Item = &'a str>) -> String {
    about("plan", resource_ids)
}

/// The page of a plan.
pub fn plan(id: Uuid) -> String {
    format!("{PLANS}/{id}")
}

fn about<'a>(what: &str, resource_ids: impl IntoIterator<Item = &'a str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for id in resource_ids {
        query.append_pair("resource", id);
    }
    format!("{RESOURCES}/{what}?{}", query.finish())
}

/// The page of a coupon.
pub fn coupon(coupon_id: &str) -> String {
    format!("{COUPONS}/of/{}", encoded(coupon_id))
}

/// The coupons that an order holds or used.
pub fn coupons_of(order_id: &str) -> String {
    format!("{COUPONS}?order={}", encoded(order_id))
}

/// The page that says what an order can be paid with, and which coupons it cannot be paid with and why.
pub fn spendable(order_id: &str) -> String {
    format!("{COUPONS}/for/{}", encoded(order_id))
}

/// The page of a resource package, by the id of its order instance.
pub fn package(order_instance_id: &str) -> String {
    format!("{PACKAGES}/of/{}", encoded(order_instance_id))
}

/// The page of a saved quote.
pub fn quote(id: Uuid) -> String {
    format!("{PRICES}/quotes/{id}")
}

/// The page that asks what renewing these resources costs, to be kept as a quote.
pub fn quote_renewal<'a>(resource_ids: impl IntoIterator<Item = &'a str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for id in resource_ids {
        query.append_pair("resource", id);
    }
    format!("{PRICES}/renewal?{}", query.finish())
}

/// The page of an operation.
pub fn operation(id: Uuid) -> String {
    format!("{ACTIVITY}/{id}")
}

/// `next`, if it is a path of this portal and nothing else; what a visitor gives must not lead to
/// another site.
pub fn local(next: &str) -> Option<&str> {
    let odd = |c: char| c.is_control() || c == '\\' || (c.is_whitespace() && c != ' ');
    let path = next.split(['?', '#']).next().unwrap_or_default();
    let mut decoded = percent_encoding::percent_decode_str(path).decode_utf8().ok()?.into_owned();
    // A proxy or browser might decode more than once.
    while let Ok(again) = percent_encoding::percent_decode_str(&decoded).decode_utf8() {
        if again == decoded {
            break;
        }
        decoded = again.into_owned();
    }
    let is_local = |text: &str| text.starts_with('/') && !text.starts_with("//") && !text.contains(odd);
    (next.len() <= 2_000
        && !next.contains(' ')
        && is_local(next)
        && is_local(&decoded)
        && !decoded.contains("//"))
    .then_some(next)
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_portal_are_followed() {
        for good in ["/", "/orders", "/orders?status=6&q=%E4%B8%AD", "/activity/1?a=b//c", "/orders/CS%201"] {
            assert_eq!(local(good), Some(good), "{good}");
        }
        for bad in [
            "",
            "orders",
            "//evil",
            "///evil",
            "/\\evil",
            "\\/evil",
            "https://evil",
            "javascript:alert(1)",
            "%2f%2fevil",
            "/%2fevil",
            "/%2Fevil",
            "/%5cevil",
            "/%252fevil",
            "/%255cevil",
            "/\tevil",
            "/ evil",
            "/\r\nSet-Cookie: a=b",
            "/%0d%0aX: y",
            "/a//evil",
            " /orders",
            "/\u{a0}",
            "/%ff",
        ] {
            assert_eq!(local(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_link_back_survives_being_a_parameter() {
        let url = sign_in(Some("/orders?a=1&b=2"));
        assert_eq!(url, "/sign-in?next=%2Forders%3Fa%3D1%26b%3D2");
        assert_eq!(sign_in(None), "/sign-in");
    }
}
