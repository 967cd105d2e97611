//! Orders as BSS tells about them: the list, and one order with its lines. What an order could be paid
//! with is in `instruments.rs`, paying in `pay.rs`.

use chrono::{DateTime, Utc};

use super::{
    Error, Listed, Page, Reader,
    codes::{AmountDiscountType, OrderSource, OrderStatus, OrderType, PeriodType},
    pages::page_size,
    read::{Ask, ReadOperation, stamp},
    record::{Record, record},
};
pub use super::{
    codes::{OrderSort as Sort, OrdersOf as Method},
    refunds::RefundInfo,
};
use crate::{i18n::Locale, money::Money};

/// The most orders that one page holds.
pub const ORDERS_PER_PAGE: u32 = 100;

/// The most lines that one page of an order's details is asked for.
const LINES_PER_PAGE: u32 = 100;

pub(super) const OPERATIONS: &[&ReadOperation] = &[&LIST, &DETAIL];

const LIST: ReadOperation = ReadOperation {
    id: "list_customer_orders",
    method: "GET",
    path: "/v2/orders/customer-orders",
    per_second: 20,
    answer: OrdersAnswer::FIELDS,
};
const DETAIL: ReadOperation = ReadOperation {
    id: "show_customer_order_details",
    method: "GET",
    path: "/v2/orders/customer-orders/details/{order_id}",
    per_second: 10,
    answer: DetailAnswer::FIELDS,
};
/// Which orders to list. What is `None` filters nothing and is not sent, since BSS takes an empty
/// parameter for a filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderQuery {
    /// This order alone. Ids match without regard to case.
    pub order_id: Option<String>,
    /// Only in this status; the list accepts 1, 3, 4, 5, 6 and 9.
    pub status: Option<OrderStatus>,
    /// Only of this type.
    pub order_type: Option<OrderType>,
    /// Only of this service, such as `hws.service.type.ec2`.
    pub service_type_code: Option<String>,
    /// Placed within; at most a year long.
    pub created: Option<Window>,
    /// Paid within; at most a year long.
    pub paid: Option<Window>,
    /// By time of placing; BSS's own order when `None`.
    pub sort: Option<Sort>,
    /// Whose orders; the account's own when `None`.
    pub method: Option<Method>,
    /// How many orders to skip.
    pub offset: u64,
    /// How many orders to give, at most [`ORDERS_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

/// From a time to a later one, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The earliest second.
    pub from: DateTime<Utc>,
    /// The latest second.
    pub to: DateTime<Utc>,
}

record! {
    /// An order as it stands in a list.
    pub struct Order {
        /// Its id, unique in all of Huawei Cloud.
        pub order_id: String,
        /// The account that it belongs to.
        pub customer_id: Option<String>,
        /// The service that was ordered; empty on some combined orders.
        pub service_type_code: Option<String>,
        /// The name of the service in the language asked for.
        pub service_type_name: Option<String>,
        /// Who placed it.
        pub source_type: Option<OrderSource>,
        /// Where it is in its life.
        pub status: OrderStatus,
        /// What it does.
        pub order_type: OrderType,
        /// What is to be paid before coupons and cards, yuan.
        pub amount_after_discount: Option<Money>,
        /// The list price, yuan.
        pub official_amount: Option<Money>,
        /// The unit of its amounts; 1 is yuan.
        pub measure_id: Option<i32>,
        /// When it was placed.
        pub create_time: DateTime<Utc>,
        /// When it was paid, if it was.
        pub payment_time: Option<DateTime<Utc>>,
        /// `CNY`; absent means the same.
        pub currency: Option<String>,
        /// The contract that it falls under.
        pub contract_id: Option<String>,
        /// How the amount came about and was paid.
        pub amount_info: Option<AmountInfo>,
        /// Enterprise projects that it belongs to.
        pub enterprise_projects: Vec<EnterpriseProject>,
        /// The parts of a combined order; they are paid and cancelled only together.
        pub sub_orders: Vec<Order> = "sub_order_infos",
        /// Who pays for it, if an enterprise master does.
        pub agent_pay_info: Option<AgentPay>,
        /// The user who placed it; only in details.
        pub user_name: Option<String>,
        /// Until when it can be paid; only in details.
        pub pending_payment_end_time: Option<DateTime<Utc>>,
    }
}

record! {
    /// How an amount splits up (`amount_info`), yuan.
    #[derive(Default)]
    pub struct AmountInfo {
        /// What lowered the list price, by kind.
        pub discounts: Vec<AmountDiscount>,
        /// Paid with vouchers (代金券).
        pub coupon: Option<Money> = "coupon_amount",
        /// Paid with flexi-purchase coupons (现金券).
        pub flexipurchase_coupon: Option<Money> = "flexipurchase_coupon_amount",
        /// Paid with stored-value cards (储值卡).
        pub stored_card: Option<Money> = "stored_card_amount",
        /// The handling fee; only on unsubscriptions.
        pub commission: Option<Money> = "commission_amount",
        /// What was consumed; only on unsubscriptions.
        pub consumed: Option<Money> = "consumed_amount",
    }
}

record! {
    /// One reason why an amount is lower than the list price.
    pub struct AmountDiscount {
        /// Its kind.
        pub kind: Option<AmountDiscountType> = "discount_type",
        /// By how much, yuan.
        pub amount: Option<Money> = "discount_amount",
    }
}

record! {
    /// An enterprise project by id and name.
    #[derive(PartialEq, Eq)]
    pub struct EnterpriseProject {
        /// Its id; `0` is the default project.
        pub id: Option<String>,
        /// Its name.
        pub name: Option<String>,
    }
}

impl EnterpriseProject {
    /// Whether it says anything: BSS may list a project that has neither.
    pub const fn is_known(&self) -> bool {
        self.id.is_some() || self.name.is_some()
    }
}

record! {
    /// Whether an enterprise master pays for an order.
    #[derive(PartialEq, Eq)]
    pub struct AgentPay {
        /// The account that pays.
        pub paying_agent_id: Option<String>,
        /// Whether it does.
        pub is_agent_pay: Option<bool>,
    }
}

/// An order with everything that was bought by it.
#[derive(Debug, Clone)]
pub struct OrderDetail {
    /// The order, and the JSON that it came as.
    pub order: Listed<Order>,
    /// All its lines, each with the JSON that it came as.
    pub lines: Vec<Listed<OrderLine>>,
}

record! {
    /// One thing that was bought, renewed, changed or given back by an order.
    pub struct OrderLine {
        /// Its id.
        pub order_line_item_id: String,
        /// The order, or the part of a combined order, that it belongs to.
        pub order_id: Option<String>,
        /// The service.
        pub service_type_code: Option<String>,
        /// The name of the service.
        pub service_type_name: Option<String>,
        /// The product.
        pub product_id: Option<String>,
        /// What the product is, for people.
        pub product_spec_desc: Option<String>,
        /// The unit of the term.
        pub period_type: Option<PeriodType>,
        /// The term in that unit; absent on unsubscriptions.
        pub period_num: Option<i64>,
        /// When it takes effect.
        pub effective_time: Option<DateTime<Utc>>,
        /// When it ends.
        pub expire_time: Option<DateTime<Utc>>,
        /// How many were bought.
        pub subscription_num: Option<i64>,
        /// What is to be paid before coupons and cards, yuan.
        pub amount_after_discount: Option<Money>,
        /// The list price, yuan.
        pub official_amount: Option<Money>,
        /// How the amount came about and was paid.
        pub amount_info: Option<AmountInfo>,
        /// `CNY`; absent means the same.
        pub currency: Option<String>,
        /// The kind of product.
        pub category_code: Option<String>,
        /// The service that owns the product.
        pub product_owner_service: Option<String>,
        /// The commercial resource.
        pub commercial_resource: Option<String>,
        /// The product before a change.
        pub base_product_info: Option<BaseProduct>,
    }
}

record! {
    /// The product that a change started from.
    #[derive(PartialEq, Eq)]
    pub struct BaseProduct {
        /// The product.
        pub product_id: Option<String>,
        /// What it is, for people.
        pub product_spec_desc: Option<String>,
        /// The kind of product.
        pub category_code: Option<String>,
        /// The service that owns it.
        pub product_owner_service: Option<String>,
        /// The commercial resource.
        pub commercial_resource: Option<String>,
    }
}

record! {
    struct OrdersAnswer {
        total_count: Option<u64>,
        order_infos: Vec<Listed<Order>>,
    }
}

record! {
    struct DetailAnswer {
        total_count: Option<u64>,
        order_info: Listed<Order>,
        order_line_items: Vec<Listed<OrderLine>>,
    }
}

impl Reader {
    /// One page of orders (`list_customer_orders`, api-oce "查询订单列表"). To walk through all, see
    /// [`Reader::order_pages`].
    pub async fn orders(&self, query: &OrderQuery, locale: Locale) -> Result<Page<Listed<Order>>, Error> {
        let limit = page_size(query.limit, ORDERS_PER_PAGE);
        let ask = Ask::of(&LIST)
            .with("order_id", query.order_id.as_deref())
            .with("status", query.status.map(OrderStatus::code))
            .with("order_type", query.order_type.map(OrderType::code))
            .with("service_type_code", query.service_type_code.as_deref())
            .with("create_time_begin", query.created.map(|window| stamp(window.from)))
            .with("create_time_end", query.created.map(|window| stamp(window.to)))
            .with("payment_time_begin", query.paid.map(|window| stamp(window.from)))
            .with("payment_time_end", query.paid.map(|window| stamp(window.to)))
            .with("order_by", query.sort.as_ref().map(Sort::code))
            .with("method", query.method.as_ref().map(Method::code))
            .with("offset", Some(query.offset))
            .with("limit", Some(limit))
            .in_language(locale);
        let answer: OrdersAnswer = self.ask(ask).await?;
        if let Some(asked) = &query.order_id {
            let another = |order: &Listed<Order>| !order.item.order_id.eq_ignore_ascii_case(asked);
            if let Some(order) = answer.order_infos.iter().find(|order| another(order)) {
                return Err(Error::about_another(LIST.id, asked, &order.item.order_id));
            }
        }
        Ok(Page::of(&LIST, answer.order_infos, answer.total_count, query.offset, limit))
    }

    /// An order with all its lines (`show_customer_order_details`, api-oce "查询订单详情"). An answer
    /// about another order is an error.
    pub async fn order(&self, order_id: &str, locale: Locale) -> Result<OrderDetail, Error> {
        let mut detail = self.order_page(order_id, 0, locale).await?;
        let mut lines = std::mem::take(&mut detail.order_line_items);
        // Lines of an order do not change, so counting through them misses none.
        while let Some(total) = detail.total_count
            && (lines.len() as u64) < total
        {
            detail = self.order_page(order_id, lines.len() as u64, locale).await?;
            let known = |line: &Listed<OrderLine>| {
                lines.iter().any(|had| had.item.order_line_item_id == line.item.order_line_item_id)
            };
            if detail.order_line_items.is_empty() || detail.order_line_items.iter().any(known) {
                return Err(Error::incomplete(DETAIL.id, lines.len() as u64, total));
            }
            lines.append(&mut detail.order_line_items);
        }
        Ok(OrderDetail { order: detail.order_info, lines })
    }

    async fn order_page(&self, order_id: &str, offset: u64, locale: Locale) -> Result<DetailAnswer, Error> {
        let ask = Ask::of(&DETAIL)
            .segment(order_id)
            .with("offset", Some(offset))
            .with("limit", Some(LINES_PER_PAGE))
            .in_language(locale);
        let answer: DetailAnswer = self.ask(ask).await?;
        let told = &answer.order_info.item.order_id;
        if told.eq_ignore_ascii_case(order_id) {
            Ok(answer)
        } else {
            Err(Error::about_another(DETAIL.id, order_id, told))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_without_a_project_to_speak_of_breaks_no_page() {
        let text = r#"{"order_id":"CS1","status":5,"order_type":1,"create_time":"2026-01-01T00:00:00Z",
            "enterprise_projects":[{"id":"","name":null},{"id":"0","name":"default"}]}"#;
        let order: Order = serde_json::from_str(text).expect("an order");
        let ids: Vec<_> = order.enterprise_projects.iter().map(|project| project.id.as_deref()).collect();
        assert_eq!(ids, [None, Some("0")]);
        assert!(!order.enterprise_projects[0].is_known());
    }
}
