//! What one order can be paid with: read from Huawei at this moment, the figure with its parts, and each coupon that
//! cannot be used with its reason. It pays nothing; that is done on the order's own page.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use chrono::{DateTime, Utc};

use super::{
    best::best,
    store::{holder, services},
    texts::{SpendTexts, Texts},
};
use crate::{
    bss::{
        codes::{CouponType, OrderStatus},
        coupons::Coupon,
        instruments::OrderCoupon,
        pay::MAX_COUPONS,
    },
    identity::access::{Actor, Permission},
    money::Money,
    payments::{
        Live,
        rules::{Choice, Offer, Quote, Why, others},
    },
    state::App,
    web::{
        Error, PAGE_LIMIT, Page, Ui,
        coupons::{self as words, Services},
        filters, links,
        problem::Problem,
        sentence::{Failure, Sentence},
    },
};

/// A coupon or discount in words.
struct Ticket {
    id: String,
    title: String,
    /// Plan, limits and end.
    meta: String,
    /// What it takes off: in the proposal if it is part of it, else by itself.
    takes: Option<Money>,
    is_estimate: bool,
    /// Whether it is part of the proposal.
    chosen: bool,
    /// Why it is not, or cannot be.
    reason: Option<String>,
}

/// What the order can be paid with.
struct Offered {
    quote: Quote,
    cash: Money,
    earmarked: Option<Money>,
    credit: Option<Money>,
    discounts: Vec<Ticket>,
    usable: Vec<Ticket>,
    excluded: Vec<Ticket>,
    /// Whether the account's other coupons could not be read.
    others_unread: bool,
    pay_url: String,
}

impl Offered {
    /// Everything that can pay for it.
    fn spendable(&self) -> Money {
        self.quote.discount
            + self.quote.by_coupons
            + self.cash.max(Money::ZERO)
            + self.credit.unwrap_or_default().max(Money::ZERO)
    }
}

#[derive(Template)]
#[template(path = "coupons/spendable.html")]
struct SpendablePage<'a> {
    ui: &'a Ui,
    t: Texts,
    s: SpendTexts,
    order_id: &'a str,
    account: &'a str,
    at: DateTime<Utc>,
    sentence: Option<Sentence>,
    failures: Vec<Failure>,
    payable: Option<Money>,
    offered: Option<Offered>,
}

/// `GET /coupons/for/{order}`.
pub(super) async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Path(order_id): Path<String>,
) -> Result<Response, Error> {
    let (account, whole) = holder(&app.db, &actor.scope, &order_id).await?.ok_or(Error::NotFound)?;
    if whole != order_id {
        // A part of a combined order is paid with the whole.
        return Ok(Redirect::to(&links::spendable(&whole)).into_response());
    }
    let s = SpendTexts(ui.locale);
    let mut page = SpendablePage {
        ui: &ui,
        t: Texts(ui.locale),
        s,
        order_id: &order_id,
        account: app.readers.name(account).unwrap_or_default(),
        at: ui.now,
        sentence: None,
        failures: Vec::new(),
        payable: None,
        offered: None,
    };
    let Some(reader) = app.readers.get(account) else {
        let problem = Problem::switched_off(ui.locale);
        page.sentence = Some(Sentence::warning(problem.meaning, problem.next));
        return Ok(Page(page).into_response());
    };
    let live = Live::read(&reader.within(PAGE_LIMIT), &order_id, ui.locale, &app.clock).await;
    let services = services(&app.db, ui.locale).await?;
    page.take_in(live, &services);
    Ok(Page(page).into_response())
}

impl SpendablePage<'_> {
    fn take_in(&mut self, live: Live, services: &Services) {
        let (s, ui) = (self.s, self.ui);
        let Live { order, coupons, discounts, balances, all_coupons, at } = live;
        self.at = at;
        if let Ok(detail) = &order {
            let order = &detail.order.item;
            self.payable = order.amount_after_discount;
            if order.status != OrderStatus::AwaitingPayment {
                let status = order.status.name(ui.locale);
                let link = Some((links::order(self.order_id), s.see_order()));
                self.sentence =
                    Some(Sentence { link, ..Sentence::warning(s.status_is(&status), s.only_awaiting()) });
                return;
            }
        }
        let failed = [
            (order.as_ref().err(), s.the_order()),
            (coupons.as_ref().err(), s.the_coupons()),
            (discounts.as_ref().err(), s.the_discounts()),
            (balances.as_ref().err(), s.the_balance()),
        ];
        let failed = failed.into_iter().filter_map(|(error, what)| Some((error?, what)));
        self.failures = failed.map(|(error, what)| Failure::of(error, what, ui.locale)).collect();
        let (Ok(detail), Ok(coupons), Ok(discounts), Ok(balances)) = (order, coupons, discounts, balances)
        else {
            return;
        };
        let offer = Offer::of(&detail.order.item, coupons, discounts, &balances);
        let (choice, quote) = best(&offer, at);
        let (mut usable, mut excluded) = (Vec::new(), Vec::new());
        for line in &quote.coupons {
            let Some(coupon) = offer.coupons.iter().find(|coupon| coupon.coupon_id == line.id) else {
                continue;
            };
            let mut ticket = ticket_of(coupon, ui, services);
            ticket.takes = line.takes;
            ticket.chosen = line.chosen;
            ticket.reason = line.why.as_ref().map(|why| words::why(why, ui, services));
            let is_usable = line.why.as_ref().is_none_or(Why::is_by_choice);
            if is_usable { usable.push(ticket) } else { excluded.push(ticket) }
        }
        usable.sort_by_key(|ticket| !ticket.chosen);
        let others_unread = all_coupons.is_err();
        let others = all_coupons.map(|all| others(all, &detail, &offer, at)).unwrap_or_default();
        excluded.extend(others.iter().map(|(coupon, why)| left_out(coupon, why, ui, services)));
        let discounts = quote.discounts.iter().filter_map(|line| {
            let discount = offer.discounts.iter().find(|one| one.discount_id == line.id)?;
            Some(Ticket {
                id: line.id.clone(),
                title: words::discount(discount, ui.locale),
                meta: String::new(),
                takes: line.takes,
                is_estimate: false,
                chosen: line.chosen,
                reason: line.why.as_ref().map(|why| words::why(why, ui, services)),
            })
        });
        self.offered = Some(Offered {
            discounts: discounts.collect(),
            pay_url: pay_url(self.order_id, &choice),
            cash: offer.cash,
            earmarked: balances.cash().and_then(|cash| cash.designated).filter(|part| !part.is_zero()),
            credit: balances.credit().map(|credit| credit.amount),
            quote,
            usable,
            excluded,
            others_unread,
        });
    }

    fn may_pay(&self) -> bool {
        self.ui.may(Permission::PayOrders)
    }

    fn read_at(&self) -> String {
        self.s.read_at(&self.ui.at_second(&self.at).to_string())
    }
}

/// The page on which the order is paid, with this choice made.
fn pay_url(order_id: &str, choice: &Choice) -> String {
    let coupons = choice.coupons.iter().map(|id| ("coupon", id.clone()));
    let discount = choice.discount.iter().map(|id| ("discount", id.clone()));
    let query = filters::query(coupons.chain(discount));
    format!("{}?{query}", links::pay_order(order_id))
}

fn ticket_of(coupon: &OrderCoupon, ui: &Ui, services: &Services) -> Ticket {
    let limits = coupon.use_limits.iter().filter_map(|limit| words::limit(limit, services, ui.locale));
    Ticket {
        id: coupon.coupon_id.clone(),
        title: words::coupon(coupon.coupon_type, coupon.face_value, ui.locale),
        meta: meta(coupon.plan_name.as_ref(), limits, coupon.expire_time, ui),
        takes: None,
        is_estimate: coupon.coupon_type == CouponType::DiscountCoupon,
        chosen: false,
        reason: None,
    }
}

/// A coupon of the account that Huawei does not list for the order.
fn left_out(coupon: &Coupon, why: &Why, ui: &Ui, services: &Services) -> Ticket {
    let limits = coupon.use_limits.iter().filter_map(|limit| words::limit(limit, services, ui.locale));
    Ticket {
        id: coupon.coupon_id.clone(),
        title: words::coupon(coupon.coupon_type, coupon.face_value, ui.locale),
        meta: meta(coupon.plan_name.as_ref(), limits, coupon.expire_time, ui),
        takes: None,
        is_estimate: false,
        chosen: false,
        reason: Some(words::why(why, ui, services)),
    }
}

fn meta(
    plan: Option<&String>,
    limits: impl Iterator<Item = String>,
    expires: Option<DateTime<Utc>>,
    ui: &Ui,
) -> String {
    let until = expires.map(|at| SpendTexts(ui.locale).until(&ui.day(&at).to_string()));
    plan.cloned().into_iter().chain(limits).chain(until).collect::<Vec<_>>().join(" · ")
}
