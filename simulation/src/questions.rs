//! What BSS answers when it is asked: what was true at a moment. Nothing is changed here.

use std::{collections::BTreeMap, fmt::Write as _};

use bss_portal::bss::transport::Request;
use serde_json::Value;

use crate::{
    engine::At,
    upstream::{Order, Said, Upstream, expires, yuan},
};

impl Upstream {
    /// Answers a question with what was true at `at`.
    pub(crate) fn read(&self, request: &Request, at: At) -> Said {
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        match request.operation {
            "show_customer_order_details" => {
                let id = path.rsplit('/').next().unwrap_or_default().to_uppercase();
                match self.orders.get(&id).filter(|order| order.created <= at) {
                    Some(order) => Said::new(
                        200,
                        format!(
                            r#"{{"total_count":0,"order_info":{},"order_line_items":[]}}"#,
                            self.described(&id, order, at, true)
                        ),
                    ),
                    None => Said::refusal("CBC.30000010", "no such order"),
                }
            }
            "list_customer_orders" => self.list(query, at),
            "list_pay_per_use_customer_resources" => self.resources_of(&request.body, at),
            "show_refund_order_details" => self.refunds(query, at),
            "list_order_coupons_by_order_id" => {
                Said::new(200, r#"{"count":0,"user_coupons":[],"coupon_max_use_quantity":[]}"#)
            }
            "list_order_discounts" => Said::new(200, r#"{"discounts":[]}"#),
            "show_customer_account_balances" => Said::new(
                200,
                format!(
                    r#"{{"account_balances":[{{"account_type":1,"amount":{}}}],"debt_amount":0,"currency":"CNY"}}"#,
                    yuan(self.balance(at))
                ),
            ),
            other => panic!("BSS cannot be asked for {other}"),
        }
    }

    fn stamp(&self, at: At) -> String {
        self.clock(at).format("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    fn described(&self, id: &str, order: &Order, at: At, in_full: bool) -> String {
        let (status, paid) = order.status(at);
        let price = yuan(order.price(at));
        let mut text = format!(
            r#"{{"order_id":"{id}","status":{status},"order_type":{},"create_time":"{}","official_amount":{price},"amount_after_discount":{price},"currency":"CNY""#,
            order.kind,
            self.stamp(order.created),
        );
        if let Some(paid) = paid {
            let _ = write!(text, r#","payment_time":"{}""#, self.stamp(paid));
        }
        if in_full {
            let _ = write!(text, r#","user_name":"{}""#, order.creator);
            if let Some(until) = order.pay_until {
                let _ = write!(text, r#","pending_payment_end_time":"{}""#, self.stamp(until));
            }
        }
        text.push('}');
        text
    }

    /// A list of orders by type and time of placing.
    fn list(&self, query: &str, at: At) -> Said {
        let asked: BTreeMap<&str, String> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name, value.replace("%3A", ":")))
            .collect();
        let number = |name: &str| asked.get(name).and_then(|value| value.parse::<usize>().ok());
        let fits = |(id, order): &(&String, &Order)| {
            let created = self.stamp(order.created);
            order.created <= at
                && number("order_type").is_none_or(|kind| kind == usize::from(order.kind))
                && number("status").is_none_or(|status| status == usize::from(order.status(at).0))
                && asked.get("create_time_begin").is_none_or(|from| created >= *from)
                && asked.get("create_time_end").is_none_or(|to| created <= *to)
                && asked.get("order_id").is_none_or(|asked| asked.eq_ignore_ascii_case(id))
        };
        let mut found: Vec<_> = self.orders.iter().filter(fits).collect();
        found.sort_by_key(|(id, order)| (order.created, *id));
        if asked.get("order_by").is_some_and(|by| by.starts_with('-')) {
            found.reverse();
        }
        let total = found.len();
        let page: Vec<String> = found
            .into_iter()
            .skip(number("offset").unwrap_or(0))
            .take(number("limit").unwrap_or(100))
            .map(|(id, order)| self.described(id, order, at, false))
            .collect();
        Said::new(200, format!(r#"{{"total_count":{total},"order_infos":[{}]}}"#, page.join(",")))
    }

    /// What an unsubscription gave back, once it is through.
    fn refunds(&self, query: &str, at: At) -> Said {
        let id = query.strip_prefix("order_id=").unwrap_or_default().to_uppercase();
        let order = self.orders.get(&id).filter(|order| order.created <= at);
        match order {
            Some(Order { kind: 4, resources, .. }) if order.is_some_and(|o| o.status(at).0 == 5) => {
                let resource = resources.join("");
                Said::new(
                    200,
                    format!(
                        r#"{{"refund_infos":[{{"id":"{resource}","amount":-200.00,"measure_id":"1"}}]}}"#
                    ),
                )
            }
            _ => Said::refusal("CBC.30000010", "no such refund"),
        }
    }

    fn resources_of(&self, body: &[u8], at: At) -> Said {
        let asked: Value = serde_json::from_slice(body).unwrap_or_default();
        let ids = asked["resource_ids"].as_array();
        let order = asked["order_id"].as_str().map(str::to_uppercase);
        let of_order = order.map(|id| {
            let order = self.orders.get(&id).filter(|order| order.created <= at);
            order.map(|order| order.resources.as_slice()).unwrap_or_default()
        });
        let rows: Vec<String> = self
            .resources
            .iter()
            .filter(|(id, resource)| {
                resource.is_listed(at)
                    && ids.is_none_or(|ids| ids.iter().any(|asked| asked.as_str() == Some(id)))
                    && of_order.is_none_or(|of| of.contains(id))
            })
            .map(|(id, resource)| {
                let expires = expires(self.start, resource.term(at));
                format!(
                    r#"{{"id":"i-{id}","resource_id":"{id}","is_main_resource":1,"status":2,"expire_policy":{},"effective_time":"2025-12-01T00:00:00Z","expire_time":"{}"}}"#,
                    resource.policy(at),
                    expires.format("%Y-%m-%dT%H:%M:%SZ")
                )
            })
            .collect();
        Said::new(200, format!(r#"{{"total_count":{},"data":[{}]}}"#, rows.len(), rows.join(",")))
    }
}
