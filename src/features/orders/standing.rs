//! Why an order can be neither paid nor cancelled now, and where to go instead: found live, said in
//! words. It changes nothing.

use chrono::{DateTime, TimeDelta, Utc};

use super::{pay::store::combined_of, store::find};
use crate::{
    bss::{
        Reader,
        codes::OrderStatus,
        orders::{Order, OrderDetail},
    },
    i18n::Locale,
    identity::access::{AccountId, Actor},
    operations::{Operation, OperationId},
    state::App,
    web::{
        Error, PAGE_LIMIT, Ui, links,
        sentence::{Failure, Sentence},
    },
};

/// An order of the reader's accounts, and the means to ask about it.
#[derive(Debug)]
pub struct Found {
    /// Its id as Huawei writes it.
    pub order_id: String,
    /// The account it was found in.
    pub account: AccountId,
    /// That account's name.
    pub account_name: String,
    /// Its service as it was last read, in the reader's language.
    pub service: String,
}

/// What stands in the way.
#[derive(Debug)]
pub enum Obstacle {
    /// No such order on the reader's accounts.
    NotFound,
    /// It is a part of this combined order, which is paid and cancelled whole.
    PartOf(String),
    /// The account is switched off in the portal.
    SwitchedOff,
    /// It is in this status.
    Status(OrderStatus),
    /// It could be paid until then, which has passed or is too near.
    TooLate(DateTime<Utc>),
    /// An open operation holds it.
    Busy(Box<Operation>),
    /// The form became this operation, on another thing.
    UsedForm {
        /// The operation.
        operation: OperationId,
        /// What people call it by.
        subject: String,
    },
    /// Huawei does not say what it costs.
    NoPrice,
    /// It cannot be read.
    Unreadable(Failure),
}

/// Looks for an order in the reader's accounts, and for what holds it there.
pub async fn look_for(
    app: &App,
    actor: &Actor,
    order_id: &str,
    locale: Locale,
) -> Result<Result<(Found, Reader), Obstacle>, Error> {
    let scope = &actor.all_accounts;
    let Some(stored) = find(&app.db, scope, order_id).await? else {
        let combined = combined_of(&app.db, scope, order_id).await?;
        return Ok(Err(combined.map_or(Obstacle::NotFound, Obstacle::PartOf)));
    };
    let Some(reader) = app.readers.get(stored.account) else { return Ok(Err(Obstacle::SwitchedOff)) };
    let found = Found {
        order_id: order_id.to_owned(),
        account: stored.account,
        account_name: app.readers.name(stored.account).unwrap_or_default().to_owned(),
        service: locale.pick(stored.service.zh.as_str(), &stored.service.en).to_owned(),
    };
    Ok(Ok((found, reader.within(PAGE_LIMIT))))
}

/// “The order”, as what could not be read.
pub const fn the_order(locale: Locale) -> &'static str {
    Texts(locale).the_order()
}

/// The open operation that holds an order.
pub async fn holder(app: &App, actor: &Actor, order_id: &str) -> Result<Option<Operation>, Error> {
    let scope = &actor.all_accounts;
    let reading = app.desk.reading();
    let Some((_, id)) = reading.holding_orders(scope, &[order_id.to_owned()]).await?.pop() else {
        return Ok(None);
    };
    Ok(reading.find(scope, id).await?.map(|story| story.operation))
}

/// What about the live order itself stands in the way of acting on it at `now`, when acting must
/// begin `reserve` before its deadline.
pub fn obstacle(order: &Order, now: DateTime<Utc>, reserve: TimeDelta) -> Option<Obstacle> {
    if order.status != OrderStatus::AwaitingPayment {
        return Some(Obstacle::Status(order.status));
    }
    if let Some(until) = order.pending_payment_end_time.filter(|until| *until - reserve <= now) {
        return Some(Obstacle::TooLate(until));
    }
    (order.amount_after_discount.is_none() || order.official_amount.is_none()).then_some(Obstacle::NoPrice)
}

/// The name of what was bought: the order's service, and how many more there are.
pub fn service(detail: &OrderDetail, found: &Found, locale: Locale) -> String {
    let order = &detail.order.item;
    let name = order.service_type_name.clone().filter(|name| !name.is_empty());
    let mut services: Vec<&str> =
        detail.lines.iter().filter_map(|line| line.item.service_type_name.as_deref()).collect();
    services.dedup();
    let first = name.or_else(|| services.first().map(|name| (*name).to_owned()));
    let first = first.unwrap_or_else(|| found.service.clone());
    if detail.lines.len() > 1 { Texts(locale).and_more(&first, detail.lines.len()) } else { first }
}

impl Obstacle {
    /// In words, for an order with this id.
    pub fn sentence(&self, order_id: &str, ui: &Ui) -> Sentence {
        let t = Texts(ui.locale);
        let to_order = Some((links::order(order_id), t.see_order()));
        let (tone, icon, title, text, link) = match self {
            Self::NotFound => ("final", "info", t.not_found().into(), t.not_found_next().into(), None),
            Self::PartOf(whole) => {
                let link = Some((links::pay_order(whole), t.see_whole()));
                ("decision", "info", t.part_of(whole), t.part_of_next().into(), link)
            }
            Self::SwitchedOff => {
                ("decision", "offline", t.switched_off().into(), t.ask_administrator().into(), None)
            }
            Self::Status(status) => {
                let next = match status {
                    OrderStatus::Cancelled => t.cancelled_next(),
                    OrderStatus::Processing | OrderStatus::Completed => t.paid_next(),
                    _ => t.other_status_next(),
                };
                ("decision", "stale", t.status_is(&status.name(ui.locale)), next.into(), to_order)
            }
            Self::TooLate(until) => {
                let title = t.too_late(&ui.at(until).to_string());
                ("decision", "deadline", title, t.too_late_next().into(), to_order)
            }
            Self::Busy(operation) => {
                let text = t.busy_who(&operation.requester_name, &ui.at(&operation.created_at).to_string());
                let link = Some((links::operation(operation.id.0), t.see_operation()));
                ("progress", "progress", t.busy().into(), text, link)
            }
            Self::UsedForm { operation, subject } => {
                let link = Some((links::operation(operation.0), t.see_operation()));
                ("decision", "stale", t.used_form().into(), t.used_form_next(subject, order_id), link)
            }
            Self::NoPrice => ("decision", "offline", t.no_price().into(), t.wait().into(), to_order),
            Self::Unreadable(failure) => {
                ("decision", "offline", t.unreadable(failure.what), failure.words(), None)
            }
        };
        Sentence { tone, icon, title, text, link }
    }
}

crate::texts! {
    /// Why an order cannot be acted upon.
    pub struct Texts {
        not_found: "没有这个订单", "No such order";
        not_found_next: "它不在您的云账号中，或还没有读取到。", "It is not on your cloud accounts, or has not been read yet.";
        part_of(whole: &str): "这是组合订单 {whole} 的子订单", "This is a part of the combined order {whole}";
        part_of_next: "子订单不能单独支付或取消，请对组合订单操作。", "A part cannot be paid or cancelled alone; act on the combined order.";
        see_whole: "打开组合订单", "Open the combined order";
        see_order: "查看订单", "See the order";
        see_operation: "查看操作", "See the operation";
        switched_off: "该云账号在本系统中已停用", "This cloud account is switched off in the portal";
        status_is(status: &str): "订单现在的状态是“{status}”", "The order's status is now “{status}”";
        cancelled_next: "已取消的订单不能再支付；需要时请重新下单。", "A cancelled order cannot be paid; place a new one if it is still needed.";
        paid_next: "订单已经支付，无需再次支付，也不能取消；不再需要的资源可以退订。", "It has been paid: it need not be paid again and cannot be cancelled. Resources no longer needed can be unsubscribed.";
        other_status_next: "只有待支付的订单可以支付或取消。", "Only orders that await payment can be paid or cancelled.";
        too_late(until: &str): "支付截止时间 {until} 已过或即将到达", "The payment deadline {until} has passed or is too near";
        too_late_next: "为避免结果不明，截止前最后几分钟不再提交。到期未支付的订单会自动取消。", "Nothing is sent in the last minutes before it, so that the outcome is never in doubt. An order that is not paid in time is cancelled by itself.";
        busy: "该订单有进行中的操作", "An operation on this order is open";
        busy_who(who: &str, at: &str): "{who} 于 {at} 提交。一个订单同一时间只能有一个操作。", "Submitted by {who} at {at}. An order takes one operation at a time.";
        used_form: "这张表单已用于另一个请求，这次没有做任何事", "This form was used for another request; nothing was done this time";
        used_form_next(subject: &str, id: &str): "它已成为 {subject} 上的操作。要对订单 {id} 操作，请重新打开它的页面。", "It became an operation on {subject}. To act on order {id}, open its page anew.";
        no_price: "华为云没有给出该订单的金额", "Huawei Cloud does not say what this order costs";
        unreadable(what: &str): "无法读取{what}", "Cannot read {what}";
        the_order: "订单", "the order";
        wait: "通常一分钟内恢复，请稍后再读取。", "It usually passes within a minute; read again then.";
        ask_administrator: "请联系管理员。", "Ask an administrator.";
        and_more(first: &str, n: usize): "{first} 等 {n} 项", "{first} and more, {n} items";
    }
}
