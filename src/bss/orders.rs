//! Orders as BSS tells about them: the list, and one order with its lines. What an order could be paid
//! with is in `instruments.rs`, paying in `pay.rs`.

use chrono::{DateTime, Utc};
use serde::Deserialize;

pub use super::refunds::RefundInfo;
use super::{
    Error, Listed, Page, Reader,
    codes::{AmountDiscountType, OrderSource, OrderStatus, OrderType, PeriodType},
    json,
    pages::page_size,
    read::{Ask, ReadOperation, stamp},
};
use crate::{
    i18n::Locale,
    money::{self, Money},
};

/// The most orders that one page holds.
pub const ORDERS_PER_PAGE: u32 = 100;

/// The most lines that one page of an order's details is asked for.
const LINES_PER_PAGE: u32 = 100;

const LIST: ReadOperation =
    ReadOperation { id: "list_customer_orders", path: "/v2/orders/customer-orders", per_second: 20 };
const DETAIL: ReadOperation = ReadOperation {
    id: "show_customer_order_details",
    path: "/v2/orders/customer-orders/details",
    per_second: 10,
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

/// The order of a list of orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// The oldest first; new orders do not move the others.
    OldestFirst,
    /// The newest first.
    NewestFirst,
}

/// Whose orders are listed (`order_query_method`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The account's own.
    Oneself,
    /// Those that it paid for enterprise members.
    SubCustomer,
}

/// An order as it stands in a list.
#[derive(Debug, Clone, Deserialize)]
pub struct Order {
    /// Its id, unique in all of Huawei Cloud.
    #[serde(deserialize_with = "json::id")]
    pub order_id: String,
    /// The account that it belongs to.
    #[serde(default, deserialize_with = "json::text")]
    pub customer_id: Option<String>,
    /// The service that was ordered; empty on some combined orders.
    #[serde(default, deserialize_with = "json::text")]
    pub service_type_code: Option<String>,
    /// The name of the service in the language asked for.
    #[serde(default, deserialize_with = "json::text")]
    pub service_type_name: Option<String>,
    /// Who placed it.
    #[serde(default, deserialize_with = "json::optional")]
    pub source_type: Option<OrderSource>,
    /// Where it is in its life.
    pub status: OrderStatus,
    /// What it does.
    pub order_type: OrderType,
    /// What is to be paid before coupons and cards, yuan.
    #[serde(default, deserialize_with = "money::optional")]
    pub amount_after_discount: Option<Money>,
    /// The list price, yuan.
    #[serde(default, deserialize_with = "money::optional")]
    pub official_amount: Option<Money>,
    /// When it was placed.
    #[serde(deserialize_with = "json::time_required")]
    pub create_time: DateTime<Utc>,
    /// When it was paid, if it was.
    #[serde(default, deserialize_with = "json::time")]
    pub payment_time: Option<DateTime<Utc>>,
    /// `CNY`; absent means the same.
    #[serde(default, deserialize_with = "json::text")]
    pub currency: Option<String>,
    /// The contract that it falls under.
    #[serde(default, deserialize_with = "json::text")]
    pub contract_id: Option<String>,
    /// How the amount came about and was paid.
    #[serde(default, deserialize_with = "json::optional")]
    pub amount_info: Option<AmountInfo>,
    /// Enterprise projects that it belongs to.
    #[serde(default, deserialize_with = "json::list")]
    pub enterprise_projects: Vec<EnterpriseProject>,
    /// The parts of a combined order; they are paid and cancelled only together.
    #[serde(default, rename = "sub_order_infos", deserialize_with = "json::list")]
    pub sub_orders: Vec<Order>,
    /// Who pays for it, if an enterprise master does.
    #[serde(default, deserialize_with = "json::optional")]
    pub agent_pay_info: Option<AgentPay>,
    /// The user who placed it; only in details.
    #[serde(default, deserialize_with = "json::text")]
    pub user_name: Option<String>,
    /// Until when it can be paid; only in details.
    #[serde(default, deserialize_with = "json::time")]
    pub pending_payment_end_time: Option<DateTime<Utc>>,
}

impl Order {
    /// The wire names that this type reads; others are shown as they came
    /// ([`Listed::unknown_fields`]).
    pub const KNOWN: &[&str] = &[
        "order_id",
        "customer_id",
        "service_type_code",
        "service_type_name",
        "source_type",
        "status",
        "order_type",
        "amount_after_discount",
        "official_amount",
        "measure_id",
        "create_time",
        "payment_time",
        "currency",
        "contract_id",
        "amount_info",
        "enterprise_projects",
        "sub_order_infos",
        "agent_pay_info",
        "user_name",
        "pending_payment_end_time",
    ];
}

/// How an amount splits up (`amount_info`), yuan.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct AmountInfo {
    /// What lowered the list price, by kind.
    #[serde(default, deserialize_with = "json::list")]
    pub discounts: Vec<AmountDiscount>,
    /// Paid with vouchers (代金券).
    #[serde(default, rename = "coupon_amount", deserialize_with = "money::optional")]
    pub coupon: Option<Money>,
    /// Paid with flexi-purchase coupons (现金券).
    #[serde(default, rename = "flexipurchase_coupon_amount", deserialize_with = "money::optional")]
    pub flexipurchase_coupon: Option<Money>,
    /// Paid with stored-value cards (储值卡).
    #[serde(default, rename = "stored_card_amount", deserialize_with = "money::optional")]
    pub stored_card: Option<Money>,
    /// The handling fee; only on unsubscriptions.
    #[serde(default, rename = "commission_amount", deserialize_with = "money::optional")]
    pub commission: Option<Money>,
    /// What was consumed; only on unsubscriptions.
    #[serde(default, rename = "consumed_amount", deserialize_with = "money::optional")]
    pub consumed: Option<Money>,
}

/// One reason why an amount is lower than the list price.
#[derive(Debug, Clone, Deserialize)]
pub struct AmountDiscount {
    /// Its kind.
    #[serde(default, rename = "discount_type", deserialize_with = "json::optional")]
    pub kind: Option<AmountDiscountType>,
    /// By how much, yuan.
    #[serde(default, rename = "discount_amount", deserialize_with = "money::optional")]
    pub amount: Option<Money>,
}

/// An enterprise project by id and name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EnterpriseProject {
    /// Its id; `0` is the default project.
    #[serde(deserialize_with = "json::id")]
    pub id: String,
    /// Its name.
    #[serde(default, deserialize_with = "json::text")]
    pub name: Option<String>,
}

/// Whether an enterprise master pays for an order.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AgentPay {
    /// The account that pays.
    #[serde(default, deserialize_with = "json::text")]
    pub paying_agent_id: Option<String>,
    /// Whether it does.
    #[serde(default, deserialize_with = "json::flag")]
    pub is_agent_pay: Option<bool>,
}

/// An order with everything that was bought by it.
#[derive(Debug, Clone)]
pub struct OrderDetail {
    /// The order, and the JSON that it came as.
    pub order: Listed<Order>,
    /// All its lines, each with the JSON that it came as.
    pub lines: Vec<Listed<OrderLine>>,
}

/// One thing that was bought, renewed, changed or given back by an order.
#[derive(Debug, Clone, Deserialize)]
pub struct OrderLine {
    /// Its id.
    #[serde(deserialize_with = "json::id")]
    pub order_line_item_id: String,
    /// The order, or the part of a combined order, that it belongs to.
    #[serde(default, deserialize_with = "json::text")]
    pub order_id: Option<String>,
    /// The service.
    #[serde(default, deserialize_with = "json::text")]
    pub service_type_code: Option<String>,
    /// The name of the service.
    #[serde(default, deserialize_with = "json::text")]
    pub service_type_name: Option<String>,
    /// The product.
    #[serde(default, deserialize_with = "json::text")]
    pub product_id: Option<String>,
    /// What the product is, for people.
    #[serde(default, deserialize_with = "json::text")]
    pub product_spec_desc: Option<String>,
    /// The unit of the term.
    #[serde(default, deserialize_with = "json::optional")]
    pub period_type: Option<PeriodType>,
    /// The term in that unit; absent on unsubscriptions.
    #[serde(default, deserialize_with = "json::optional")]
    pub period_num: Option<i64>,
    /// When it takes effect.
    #[serde(default, deserialize_with = "json::time")]
    pub effective_time: Option<DateTime<Utc>>,
    /// When it ends.
    #[serde(default, deserialize_with = "json::time")]
    pub expire_time: Option<DateTime<Utc>>,
    /// How many were bought.
    #[serde(default, deserialize_with = "json::optional")]
    pub subscription_num: Option<i64>,
    /// What is to be paid before coupons and cards, yuan.
    #[serde(default, deserialize_with = "money::optional")]
    pub amount_after_discount: Option<Money>,
    /// The list price, yuan.
    #[serde(default, deserialize_with = "money::optional")]
    pub official_amount: Option<Money>,
    /// How the amount came about and was paid.
    #[serde(default, deserialize_with = "json::optional")]
    pub amount_info: Option<AmountInfo>,
    /// `CNY`; absent means the same.
    #[serde(default, deserialize_with = "json::text")]
    pub currency: Option<String>,
    /// The kind of product.
    #[serde(default, deserialize_with = "json::text")]
    pub category_code: Option<String>,
    /// The service that owns the product.
    #[serde(default, deserialize_with = "json::text")]
    pub product_owner_service: Option<String>,
    /// The commercial resource.
    #[serde(default, deserialize_with = "json::text")]
    pub commercial_resource: Option<String>,
    /// The product before a change.
    #[serde(default, deserialize_with = "json::optional")]
    pub base_product_info: Option<BaseProduct>,
}

impl OrderLine {
    /// The wire names that this type reads.
    pub const KNOWN: &[&str] = &[
        "order_line_item_id",
        "order_id",
        "service_type_code",
        "service_type_name",
        "product_id",
        "product_spec_desc",
        "period_type",
        "period_num",
        "effective_time",
        "expire_time",
        "subscription_num",
        "amount_after_discount",
        "official_amount",
        "amount_info",
        "currency",
        "category_code",
        "product_owner_service",
        "commercial_resource",
        "base_product_info",
    ];
}

/// The product that a change started from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BaseProduct {
    /// The product.
    #[serde(default, deserialize_with = "json::text")]
    pub product_id: Option<String>,
    /// What it is, for people.
    #[serde(default, deserialize_with = "json::text")]
    pub product_spec_desc: Option<String>,
    /// The kind of product.
    #[serde(default, deserialize_with = "json::text")]
    pub category_code: Option<String>,
    /// The service that owns it.
    #[serde(default, deserialize_with = "json::text")]
    pub product_owner_service: Option<String>,
    /// The commercial resource.
    #[serde(default, deserialize_with = "json::text")]
    pub commercial_resource: Option<String>,
}

#[derive(Deserialize)]
struct OrdersAnswer {
    #[serde(default, deserialize_with = "json::count")]
    total_count: Option<u64>,
    #[serde(default, deserialize_with = "json::list")]
    order_infos: Vec<Listed<Order>>,
}

#[derive(Deserialize)]
struct DetailAnswer {
    #[serde(default, deserialize_with = "json::count")]
    total_count: Option<u64>,
    order_info: Listed<Order>,
    #[serde(default, deserialize_with = "json::list")]
    order_line_items: Vec<Listed<OrderLine>>,
}

impl Reader {
    /// One page of orders (`list_customer_orders`, api-oce "查询订单列表"). To walk through all, see
    /// [`Reader::order_pages`].
    pub async fn orders(&self, query: &OrderQuery, locale: Locale) -> Result<Page<Listed<Order>>, Error> {
        let limit = page_size(query.limit);
        let ask = Ask::of(&LIST)
            .with("order_id", query.order_id.as_deref())
            .with("status", query.status.map(OrderStatus::code))
            .with("order_type", query.order_type.map(OrderType::code))
            .with("service_type_code", query.service_type_code.as_deref())
            .with("create_time_begin", query.created.map(|window| stamp(window.from)))
            .with("create_time_end", query.created.map(|window| stamp(window.to)))
            .with("payment_time_begin", query.paid.map(|window| stamp(window.from)))
            .with("payment_time_end", query.paid.map(|window| stamp(window.to)))
            .with("order_by", query.sort.map(Sort::wire))
            .with("method", query.method.map(Method::wire))
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

impl Sort {
    const fn wire(self) -> &'static str {
        match self {
            Self::OldestFirst => "createTime",
            Self::NewestFirst => "-createTime",
        }
    }
}

impl Method {
    const fn wire(self) -> &'static str {
        match self {
            Self::Oneself => "oneself",
            Self::SubCustomer => "sub_customer",
        }
    }
}
