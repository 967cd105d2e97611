//! An order as the portal keeps it, made from what BSS lists. It reads no database and asks nobody.

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::search;
use crate::{
    bss::{
        Listed,
        codes::OrderStatus,
        orders::{Order as Wire, OrderDetail, OrderLine as WireLine},
    },
    identity::access::AccountId,
    money::Money,
};

/// A service's name in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceName {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// An order as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The account whose list it stands in.
    pub account: AccountId,
    /// Huawei's id.
    pub order_id: String,
    /// Where it is in its life.
    pub status: i16,
    /// What it does.
    pub order_type: i16,
    /// Who placed it.
    pub source_type: i16,
    /// The service.
    pub service_type_code: String,
    /// The service's name.
    pub service: ServiceName,
    /// After discounts, before coupons and cards.
    pub payable: Money,
    /// The list price.
    pub official: Money,
    /// `CNY`.
    pub currency: String,
    /// When it was placed.
    pub created_at: DateTime<Utc>,
    /// When it was paid.
    pub paid_at: Option<DateTime<Utc>>,
    /// The enterprise projects it belongs to.
    pub project_name: String,
    /// Its parts, if it is a combined order.
    pub subs: Vec<SubOrder>,
    /// Whether it was placed for a member.
    pub for_member: bool,
    /// What BSS said, whole.
    pub raw: String,
    /// A digest of all of the above.
    pub digest: Uuid,
}

/// A part of a combined order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubOrder {
    /// Huawei's id.
    pub order_id: String,
    /// Where it is in its life.
    pub status: i16,
    /// What it does.
    pub order_type: i16,
    /// The service.
    pub service_type_code: String,
    /// The service's name.
    pub service: ServiceName,
    /// After discounts.
    pub payable: Money,
    /// The list price.
    pub official: Money,
}

impl Order {
    /// What BSS listed in `account`, with service names by `name`.
    pub fn new(
        account: AccountId,
        listed: &Listed<Wire>,
        for_member: bool,
        name: &dyn Fn(&str) -> ServiceName,
    ) -> Self {
        let wire = &listed.item;
        let project_name = wire
            .enterprise_projects
            .iter()
            .filter_map(|project| project.name.as_deref().or(project.id.as_deref()))
            .collect::<Vec<_>>()
            .join(", ");
        let mut order = Self {
            account,
            order_id: wire.order_id.clone(),
            status: narrow(wire.status.code()),
            order_type: narrow(wire.order_type.code()),
            source_type: narrow(wire.source_type.map_or(0, crate::bss::codes::OrderSource::code)),
            service: service_name(wire, name),
            service_type_code: wire.service_type_code.clone().unwrap_or_default(),
            payable: wire.amount_after_discount.unwrap_or_default(),
            official: wire.official_amount.unwrap_or_default(),
            currency: wire.currency.clone().unwrap_or_else(|| "CNY".to_owned()),
            created_at: wire.create_time,
            paid_at: wire.payment_time,
            project_name,
            subs: wire.sub_orders.iter().map(|sub| SubOrder::new(sub, name)).collect(),
            for_member,
            raw: listed.raw.get().to_owned(),
            digest: Uuid::nil(),
        };
        order.digest = order.digest();
        order
    }

    /// The digest that tells whether anything changed.
    pub fn digest(&self) -> Uuid {
        let mut sha = Sha256::new();
        for part in [&self.raw, &self.service.zh, &self.service.en] {
            sha.update(part.len().to_le_bytes());
            sha.update(part);
        }
        for sub in &self.subs {
            sha.update(&sub.service.zh);
            sha.update(&sub.service.en);
        }
        sha.update([u8::from(self.for_member)]);
        short(sha)
    }

    /// What text search looks into.
    pub fn search_text(&self, user_name: &str) -> String {
        search::text([
            self.order_id.as_str(),
            &self.service.zh,
            &self.service.en,
            &self.project_name,
            user_name,
        ])
    }
}

impl SubOrder {
    fn new(wire: &Wire, name: &dyn Fn(&str) -> ServiceName) -> Self {
        Self {
            order_id: wire.order_id.clone(),
            status: narrow(wire.status.code()),
            order_type: narrow(wire.order_type.code()),
            service: service_name(wire, name),
            service_type_code: wire.service_type_code.clone().unwrap_or_default(),
            payable: wire.amount_after_discount.unwrap_or_default(),
            official: wire.official_amount.unwrap_or_default(),
        }
    }
}

/// What only the detail answer tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// Who placed it.
    pub user_name: String,
    /// Until when it can be paid.
    pub pay_until: Option<DateTime<Utc>>,
    /// The latest end of what was bought.
    pub expires_at: Option<DateTime<Utc>>,
    /// Its lines.
    pub lines: Vec<Line>,
    /// What BSS said about the order, whole.
    pub raw: String,
    /// A digest of the answer.
    pub digest: Uuid,
}

/// One thing that was bought, renewed, changed or given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Huawei's id.
    pub line_id: String,
    /// The part of a combined order it belongs to.
    pub sub_order_id: Option<String>,
    /// The service.
    pub service_type_code: String,
    /// The service's name, in the language the detail was read in.
    pub service_name: String,
    /// What the product is.
    pub product: String,
    /// The unit of the term.
    pub period_type: Option<i16>,
    /// The term.
    pub period_num: Option<i32>,
    /// How many.
    pub quantity: Option<i32>,
    /// When it begins.
    pub effective_at: Option<DateTime<Utc>>,
    /// When it ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// After discounts.
    pub payable: Option<Money>,
    /// The list price.
    pub official: Option<Money>,
}

impl Detail {
    /// What BSS told about one order.
    pub fn new(wire: &OrderDetail) -> Self {
        let order = &wire.order.item;
        let lines: Vec<Line> = wire.lines.iter().map(|line| Line::new(&line.item)).collect();
        let mut sha = Sha256::new();
        sha.update(wire.order.raw.get());
        for line in &wire.lines {
            sha.update(line.raw.get());
        }
        let all_lines = wire.lines.iter().map(|line| line.raw.get()).collect::<Vec<_>>().join(",");
        Self {
            user_name: order.user_name.clone().unwrap_or_default(),
            pay_until: order.pending_payment_end_time,
            expires_at: lines.iter().filter_map(|line| line.expires_at).max(),
            lines,
            raw: format!("{{\"order_info\":{},\"order_line_items\":[{all_lines}]}}", wire.order.raw.get()),
            digest: short(sha),
        }
    }
}

impl Line {
    fn new(wire: &WireLine) -> Self {
        Self {
            line_id: wire.order_line_item_id.clone(),
            sub_order_id: wire.order_id.clone(),
            service_type_code: wire.service_type_code.clone().unwrap_or_default(),
            service_name: wire.service_type_name.clone().unwrap_or_default(),
            product: wire.product_spec_desc.clone().or_else(|| wire.product_id.clone()).unwrap_or_default(),
            period_type: wire.period_type.map(|period| narrow(period.code())),
            period_num: wire.period_num.and_then(|n| n.try_into().ok()),
            quantity: wire.subscription_num.and_then(|n| n.try_into().ok()),
            effective_at: wire.effective_time,
            expires_at: wire.expire_time,
            payable: wire.amount_after_discount,
            official: wire.official_amount,
        }
    }
}

/// Whether an order in this status can still change by itself or by somebody's decision.
pub fn is_open(status: i16) -> bool {
    !matches!(OrderStatus::from_code(status.into()), OrderStatus::Cancelled | OrderStatus::Completed)
}

fn service_name(wire: &Wire, name: &dyn Fn(&str) -> ServiceName) -> ServiceName {
    let code = wire.service_type_code.as_deref().unwrap_or_default();
    let mut service = name(code);
    if let Some(zh) = &wire.service_type_name {
        service.zh.clone_from(zh);
    }
    if service.en.is_empty() {
        service.en.clone_from(&service.zh);
    }
    service
}

/// Codes are small; one that is not small would be nothing documented, and shows as the largest.
fn narrow(code: i32) -> i16 {
    code.try_into().unwrap_or(i16::MAX)
}

fn short(sha: Sha256) -> Uuid {
    let mut half = [0; 16];
    half.copy_from_slice(&sha.finalize()[..16]);
    Uuid::from_bytes(half)
}
