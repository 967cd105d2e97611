//! One order: its lines and parts, what it cost and was paid by, what can be done with it. It shows
//! what was read before; only the refresh asks Huawei.

use std::borrow::Cow;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{
    glance::Glance,
    job,
    store::{Stored, find, packages_of},
    sync::Sync,
    texts::{DetailTexts, Texts},
    words,
};
use crate::{
    bss::{
        Listed,
        codes::PeriodType,
        orders::{AmountInfo, Order, OrderLine},
    },
    i18n::Locale,
    identity::access::{Actor, Permission},
    money::Money,
    operations::{Filter, Operation},
    state::App,
    web::{
        Error, Page, Ui,
        chip::{self, Chip},
        links,
        problem::Problem,
        refresh,
    },
};

/// Operations shown on the page; the rest is in the activity.
const OPERATIONS: u32 = 10;

/// What `order_detail` holds.
#[derive(Deserialize)]
struct Told {
    order_info: Listed<Order>,
    order_line_items: Vec<Listed<OrderLine>>,
}

/// An order as pages about it need it: what was listed, and what was told in detail.
pub struct Known {
    /// Where it is stored.
    pub stored: Stored,
    /// What was listed, or told later.
    pub order: Order,
    lines: Option<Vec<Listed<OrderLine>>>,
    unknown: Vec<(String, String)>,
}

impl Known {
    /// The order with this id, if it is in the reader's scope.
    pub async fn find(app: &App, actor: &Actor, order_id: &str) -> Result<Self, Error> {
        let stored = find(&app.db, &actor.scope, order_id).await?.ok_or(Error::NotFound)?;
        let listed: Listed<Order> = parse(&stored.listed)?;
        let mut unknown = listed.unknown_fields();
        let mut order = listed.item;
        let mut lines = None;
        if let Some(detail) = &stored.detail {
            let told: Told = parse(detail)?;
            for field in told.order_info.unknown_fields() {
                if !unknown.contains(&field) {
                    unknown.push(field);
                }
            }
            let told_order = told.order_info.item;
            order.user_name = told_order.user_name;
            order.pending_payment_end_time = told_order.pending_payment_end_time;
            order.amount_info = order.amount_info.or(told_order.amount_info);
            lines = Some(told.order_line_items);
        }
        Ok(Self { stored, order, lines, unknown })
    }

    /// When it was read: with its account, or by itself later.
    pub fn read_at(&self) -> Option<DateTime<Utc>> {
        self.stored.account_read_at.max(self.stored.detail_read_at)
    }

    /// Whether what is known of it is young enough to act on.
    pub fn is_fresh(&self, app: &App, now: DateTime<Utc>) -> bool {
        self.read_at()
            .is_some_and(|read_at| (now - read_at).to_std().unwrap_or_default() <= app.settings.max_data_age)
    }

    /// Fields that this version does not know.
    pub fn unknown(&self) -> &[(String, String)] {
        &self.unknown
    }

    /// Its service, in the reader's language.
    pub fn service(&self, locale: Locale) -> &str {
        locale.pick(self.stored.service.zh.as_str(), &self.stored.service.en)
    }

    /// Its chip.
    pub fn chip(&self, locale: Locale) -> Chip {
        words::status(code(self.order.status.code()), locale)
    }

    /// Its type.
    pub fn kind(&self, locale: Locale) -> Cow<'static, str> {
        self.order.order_type.name(locale)
    }
}

fn parse<'de, T: Deserialize<'de>>(stored: &'de str) -> Result<T, Error> {
    serde_json::from_str(stored)
        .map_err(|error| Error::Internal(anyhow::Error::new(error).context("a stored order")))
}

fn code(code: i32) -> i16 {
    code.try_into().unwrap_or(i16::MAX)
}

struct Line {
    service: String,
    product: String,
    quantity: Option<i64>,
    period: String,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    official: Money,
    off: Money,
    payable: Money,
    unknown: Vec<(String, String)>,
}

struct Sub {
    order_id: String,
    chip: Chip,
    service: String,
    payable: Money,
}

/// A part of an amount, with its name.
struct Part {
    name: Cow<'static, str>,
    amount: Money,
}

struct Entry {
    url: String,
    what: &'static str,
    chip: Chip,
    by: String,
    at: DateTime<Utc>,
    amount: Option<Money>,
}

#[derive(Template)]
#[template(path = "orders/detail.html")]
struct DetailPage<'a> {
    ui: &'a Ui,
    t: Texts,
    d: DetailTexts,
    known: &'a Known,
    order: &'a Order,
    account: &'a str,
    service: &'a str,
    kind: Cow<'static, str>,
    chip: Chip,
    source: Option<Cow<'static, str>>,
    lines: Vec<Line>,
    subs: Vec<Sub>,
    off: Vec<Part>,
    off_sum: Money,
    paid_by: Vec<Part>,
    kept: Vec<Part>,
    expires_at: Option<DateTime<Utc>>,
    operations: Vec<Entry>,
    /// Link and name of each package that it bought.
    packages: Vec<(String, String)>,
    is_fresh: bool,
    gives_back: bool,
    payable: bool,
    problem: Option<Problem>,
}

/// `GET /orders/{id}`.
pub async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Path(order_id): Path<String>,
) -> Result<Response, Error> {
    page(&app, &ui, &actor, &order_id, None).await
}

/// `POST /orders/{id}/refresh`: reads the order again now.
pub async fn read_again(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Path(order_id): Path<String>,
) -> Result<Response, Error> {
    let known = Known::find(&app, &actor, &order_id).await?;
    let of = job::readable(&app.readers, known.stored.account, Some(refresh::WITHIN));
    let read = of.map(async |of| Sync::new(&app.db, &app.clock, &of).one(&order_id).await);
    let page = async |problem| page(&app, &ui, &actor, &order_id, Some(problem)).await;
    refresh::refresh((&ui, &links::order(&order_id)), read, page).await
}

async fn page(
    app: &App,
    ui: &Ui,
    actor: &Actor,
    order_id: &str,
    problem: Option<Problem>,
) -> Result<Response, Error> {
    let known = Known::find(app, actor, order_id).await?;
    let locale = ui.locale;
    let glance = Glance::at(app, &actor.scope).await?;
    let about = Filter { subject: Some(order_id.to_owned()), ..Filter::default() };
    let operations = app.desk.reading().list(&actor.scope, &about, OPERATIONS).await?;
    let packages =
        if ui.sees_packages() { packages_of(&app.db, &actor.scope, order_id).await? } else { Vec::new() };
    let order = &known.order;
    let name_of = |code: &Option<String>, told: &Option<String>| {
        let known = glance.services.iter().find(|service| Some(&service.code) == code.as_ref());
        known
            .map(|service| locale.pick(&service.zh, &service.en).clone())
            .or_else(|| told.clone())
            .or_else(|| code.clone())
            .unwrap_or_default()
    };
    let lines: Vec<Line> = known.lines.iter().flatten().map(|line| told(line, &name_of, locale)).collect();
    let subs = order
        .sub_orders
        .iter()
        .map(|sub| Sub {
            order_id: sub.order_id.clone(),
            chip: words::status(code(sub.status.code()), locale),
            service: name_of(&sub.service_type_code, &sub.service_type_name),
            payable: sub.amount_after_discount.unwrap_or_default(),
        })
        .collect();
    let info = order.amount_info.clone().unwrap_or_default();
    let payable = order.amount_after_discount.unwrap_or_default();
    let d = DetailTexts(locale);
    let off_sum = payable - order.official_amount.unwrap_or_default();
    let view = DetailPage {
        t: Texts(locale),
        d,
        account: app.readers.name(known.stored.account).unwrap_or_default(),
        service: known.service(locale),
        kind: known.kind(locale),
        chip: known.chip(locale),
        source: order.source_type.map(|source| source.name(locale)),
        subs,
        off: discounts(&info, off_sum, d, locale),
        off_sum,
        paid_by: if order.payment_time.is_some() { paid_by(&info, payable, d) } else { Vec::new() },
        kept: kept(&info, d),
        expires_at: lines.iter().filter_map(|line| line.to).max(),
        lines,
        operations: operations.iter().map(|operation| entry(operation, d, locale)).collect(),
        packages: packages
            .iter()
            .map(|one| {
                (
                    links::package(&one.order_instance_id),
                    locale.pick(&one.product_zh, &one.product_en).clone(),
                )
            })
            .collect(),
        is_fresh: known.is_fresh(app, ui.now),
        gives_back: words::gives_back(code(order.order_type.code()), payable),
        payable: words::awaits_payment(code(order.status.code())),
        problem,
        order,
        known: &known,
        ui,
    };
    Ok(Page(view).into_response())
}

impl DetailPage<'_> {
    fn may_pay(&self) -> bool {
        self.payable && self.ui.may(Permission::PayOrders)
    }

    fn may_cancel(&self) -> bool {
        self.payable && self.ui.may(Permission::CancelOrders)
    }

    /// Whether coupons may belong to it: they paid for it, or it holds them until it is paid.
    fn has_coupons(&self) -> bool {
        let info = self.order.amount_info.as_ref();
        let used = info.is_some_and(|info| {
            [info.coupon, info.flexipurchase_coupon].into_iter().flatten().any(|amount| !amount.is_zero())
        });
        self.payable || used
    }

    fn cancel_url(&self) -> String {
        links::cancel_orders([self.order.order_id.as_str()])
    }

    fn parts(&self) -> i16 {
        self.order.sub_orders.len().try_into().unwrap_or(i16::MAX)
    }

    fn amount(&self) -> Money {
        self.order.amount_after_discount.unwrap_or_default()
    }

    fn official(&self) -> Money {
        self.order.official_amount.unwrap_or_default()
    }

    fn is_read(&self) -> bool {
        self.known.lines.is_some()
    }
}

fn told(
    line: &Listed<OrderLine>,
    name_of: &dyn Fn(&Option<String>, &Option<String>) -> String,
    locale: Locale,
) -> Line {
    let item = &line.item;
    let (official, payable) =
        (item.official_amount.unwrap_or_default(), item.amount_after_discount.unwrap_or_default());
    Line {
        service: name_of(&item.service_type_code, &item.service_type_name),
        product: item.product_spec_desc.clone().or_else(|| item.product_id.clone()).unwrap_or_default(),
        quantity: item.subscription_num,
        period: period(item.period_type, item.period_num, locale),
        from: item.effective_time,
        to: item.expire_time,
        official,
        off: payable - official,
        payable,
        unknown: line.unknown_fields(),
    }
}

/// A term in words: `1 年`, `3 months`.
pub fn period(kind: Option<PeriodType>, number: Option<i64>, locale: Locale) -> String {
    let (Some(kind), Some(number)) = (kind, number) else { return "—".to_owned() };
    let name = kind.name(locale);
    match locale {
        Locale::Zh if kind == PeriodType::Month => format!("{number} 个月"),
        Locale::Zh => format!("{number} {name}"),
        Locale::En => format!("{number} {}{}", name.to_lowercase(), if number == 1 { "" } else { "s" }),
    }
}

/// Why the price is lower than the list price; what BSS does not explain stands as one part.
fn discounts(info: &AmountInfo, sum: Money, d: DetailTexts, locale: Locale) -> Vec<Part> {
    let mut parts: Vec<Part> = info
        .discounts
        .iter()
        .filter_map(|discount| {
            let amount = discount.amount.filter(|amount| !amount.is_zero())?;
            let name = discount.kind.map_or(Cow::Borrowed(d.discount()), |kind| kind.name(locale));
            Some(Part { name, amount: -amount.abs() })
        })
        .collect();
    if parts.is_empty() && !sum.is_zero() {
        parts.push(Part { name: Cow::Borrowed(d.discount()), amount: sum });
    }
    parts
}

/// What an order was paid with; what no coupon or card paid came from the balance.
fn paid_by(info: &AmountInfo, payable: Money, d: DetailTexts) -> Vec<Part> {
    let instruments = [
        (d.voucher(), info.coupon),
        (d.flexi_coupon(), info.flexipurchase_coupon),
        (d.stored_card(), info.stored_card),
    ];
    let mut rest = payable;
    let mut parts = Vec::new();
    for (name, amount) in instruments {
        if let Some(amount) = amount.filter(|amount| !amount.is_zero()) {
            rest -= amount;
            parts.push(Part { name: Cow::Borrowed(name), amount });
        }
    }
    if !rest.is_zero() || parts.is_empty() {
        parts.push(Part { name: Cow::Borrowed(d.balance()), amount: rest });
    }
    parts
}

/// What an unsubscription did not give back.
fn kept(info: &AmountInfo, d: DetailTexts) -> Vec<Part> {
    [(d.consumed(), info.consumed), (d.commission(), info.commission)]
        .into_iter()
        .filter_map(|(name, amount)| Some(Part { name: Cow::Borrowed(name), amount: amount? }))
        .collect()
}

fn entry(operation: &Operation, d: DetailTexts, locale: Locale) -> Entry {
    Entry {
        url: links::operation(operation.id.0),
        what: match operation.kind.as_str() {
            "pay_order" => d.paying(),
            "cancel_order" => d.cancelling(),
            _ => d.other_operation(),
        },
        chip: chip::operation(operation.state, locale),
        by: operation.requester_name.clone(),
        at: operation.created_at,
        amount: operation.amount.map(Money::new),
    }
}
