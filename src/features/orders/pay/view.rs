//! The payment page's figures and options, made of what was read and what was chosen. It reads
//! nothing and decides nothing that the rules do not.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    live::Live,
    texts::Texts,
    words::{self, Services},
};
use crate::{
    bss::{
        balances::Balances,
        codes::{CouponStatus, CouponType, CouponVersion, PayCouponType, PayDiscountType},
        coupons::Coupon,
        instruments::{OrderCoupon, OrderCoupons, OrderDiscount},
        orders::OrderDetail,
    },
    features::orders::{
        pay_order::{ChosenCoupon, ChosenDiscount, Expected, PayOrder, Shown},
        pay_rules::{self, Choice, Line, Offer, Quote},
    },
    money::Money,
    web::Ui,
};

/// Above this the person types the amount that is taken from the balance.
pub(super) const TYPED_ABOVE: i64 = 10_000;

/// The longest reason that is kept.
const REASON: usize = 200;

/// Everything that a payment is decided upon, all of it read.
pub(super) struct Facts<'a> {
    pub(super) detail: &'a OrderDetail,
    pub(super) coupons: &'a OrderCoupons,
    pub(super) discounts: &'a [OrderDiscount],
    pub(super) balances: &'a Balances,
    pub(super) all_coupons: Option<&'a [Coupon]>,
    pub(super) at: DateTime<Utc>,
}

impl<'a> Facts<'a> {
    /// The facts, if all that matters was read.
    pub(super) fn of(live: &'a Live) -> Option<Self> {
        Some(Self {
            detail: live.order.as_ref().ok()?,
            coupons: live.coupons.as_ref().ok()?,
            discounts: live.discounts.as_ref().ok()?,
            balances: live.balances.as_ref().ok()?,
            all_coupons: live.all_coupons.as_deref().ok(),
            at: live.at,
        })
    }

    /// What the rules are applied to.
    pub(super) fn offer(&self) -> Offer {
        let order = &self.detail.order.item;
        Offer {
            order_id: order.order_id.clone(),
            after_discount: order.amount_after_discount.unwrap_or_default(),
            coupons: self.coupons.coupons.iter().map(|listed| listed.item.clone()).collect(),
            max_use: self.coupons.max_use.clone(),
            discounts: self.discounts.to_vec(),
            cash: self.balances.cash().map(|account| account.amount).unwrap_or_default(),
            credit: self.balances.credit().map(|account| account.amount).unwrap_or_default(),
        }
    }

    /// What was shown, for the form to bring back.
    pub(super) fn seen(&self, offer: &Offer, quote: &Quote) -> Seen {
        let order = &self.detail.order.item;
        let chosen = |line: &&Line| line.chosen && !line.id.is_empty();
        let coupon = |line: &Line| {
            let coupon = offer.coupons.iter().find(|coupon| coupon.coupon_id == line.id)?;
            Some((line.id.clone(), coupon.left()))
        };
        Seen {
            official: order.official_amount.unwrap_or_default(),
            after_discount: offer.after_discount,
            payable: quote.payable,
            from_balance: quote.from_balance,
            pay_until: order.pending_payment_end_time,
            coupons: quote.coupons.iter().filter(chosen).filter_map(coupon).collect(),
            discount: quote
                .discounts
                .iter()
                .find(chosen)
                .map(|line| (line.id.clone(), line.takes.unwrap_or_default())),
        }
    }

    /// What is handed to the journal. Only for a valid quote.
    pub(super) fn confirmed(
        &self,
        offer: &Offer,
        quote: &Quote,
        service: String,
        reason: String,
    ) -> PayOrder {
        let order = &self.detail.order.item;
        let chosen = |line: &&Line| line.chosen;
        let coupon = |line: &Line| {
            let coupon = offer.coupons.iter().find(|coupon| coupon.coupon_id == line.id)?;
            let kind = PayCouponType::of(coupon.coupon_type)?;
            Some(ChosenCoupon { id: line.id.clone(), kind, amount: coupon.left() })
        };
        let discount = |line: &Line| {
            let discount = offer.discounts.iter().find(|discount| discount.discount_id == line.id)?;
            let kind = PayDiscountType::of(discount.discount_type)?;
            Some(ChosenDiscount { id: line.id.clone(), kind, amount: line.takes.unwrap_or_default() })
        };
        PayOrder {
            order_id: order.order_id.clone(),
            coupons: quote.coupons.iter().filter(chosen).filter_map(coupon).collect(),
            discount: quote.discounts.iter().filter(chosen).find_map(discount),
            expected: Expected {
                official: order.official_amount.unwrap_or_default(),
                after_discount: offer.after_discount,
                payable: quote.payable,
                from_balance: quote.from_balance,
            },
            shown: Shown {
                service,
                created_at: order.create_time,
                pay_until: order.pending_payment_end_time,
            },
            reason,
        }
    }
}

/// What the page showed when it was confirmed. The form brings it back to be compared with what is
/// true then; it decides nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    official: Money,
    after_discount: Money,
    payable: Money,
    from_balance: Money,
    pay_until: Option<DateTime<Utc>>,
    coupons: Vec<(String, Money)>,
    discount: Option<(String, Money)>,
}

/// A fact that is no longer as it was shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) what: String,
    pub(super) was: String,
    pub(super) is: String,
}

impl Seen {
    /// What differs between what was shown and what is.
    pub(super) fn changes(&self, now: &Self, quote: &Quote, ui: &Ui, services: &Services) -> Vec<Change> {
        let t = Texts(ui.locale);
        let yuan = |amount: Money| format!("¥{amount}");
        let mut changes = Vec::new();
        let mut compare = |what: String, was: String, is: String| {
            if was != is {
                changes.push(Change { what, was, is });
            }
        };
        for (what, was, is) in [
            (t.official(), self.official, now.official),
            (t.payable(), self.after_discount, now.after_discount),
        ] {
            compare(what.to_owned(), yuan(was), yuan(is));
        }
        let until = |at: Option<DateTime<Utc>>| at.map_or(t.none().to_owned(), |at| ui.at(&at).to_string());
        compare(t.pay_until().to_owned(), until(self.pay_until), until(now.pay_until));
        let instruments = self.coupons.iter().map(|seen| (t.coupon_is(&seen.0), seen, &quote.coupons));
        let discount = self.discount.iter().map(|seen| (t.discount_is(&seen.0), seen, &quote.discounts));
        for (what, (id, amount), lines) in instruments.chain(discount) {
            let Some(line) = lines.iter().find(|line| line.chosen && line.id == *id) else { continue };
            let present = now.coupons.iter().chain(&now.discount).find(|(other, _)| other == id);
            match (&line.why, present) {
                (Some(why), _) => compare(what, t.usable().to_owned(), words::why(why, ui, services)),
                (None, Some((_, is))) => compare(what, yuan(*amount), yuan(*is)),
                (None, None) => {}
            }
        }
        compare(t.from_balance().to_owned(), yuan(self.from_balance), yuan(now.from_balance));
        changes
    }
}

/// A coupon or discount that can be ticked, or says why not.
#[derive(Debug)]
pub(super) struct Ticket {
    pub(super) id: String,
    pub(super) title: String,
    /// What it takes off.
    pub(super) takes: Option<Money>,
    pub(super) is_estimate: bool,
    /// Below the amount: what is left of it.
    pub(super) below: Option<String>,
    /// Its conditions.
    pub(super) meta: String,
    pub(super) reason: Option<String>,
    pub(super) chosen: bool,
    pub(super) disabled: bool,
}

/// One thing that is bought.
#[derive(Debug)]
pub(super) struct Bought {
    pub(super) product: String,
    pub(super) spec: String,
    pub(super) term: Option<String>,
    pub(super) from: Option<DateTime<Utc>>,
    pub(super) to: Option<DateTime<Utc>>,
    pub(super) payable: Option<Money>,
}

/// What was typed, and what is wrong with it.
#[derive(Debug, Default, Clone)]
pub(super) struct Typed {
    pub(super) reason: String,
    pub(super) amount: String,
    pub(super) reason_wrong: String,
    pub(super) amount_wrong: String,
}

/// Figures and options of an order that can be paid.
#[derive(Debug)]
pub(super) struct View {
    pub(super) form_key: Uuid,
    pub(super) at: DateTime<Utc>,
    pub(super) coupons: Vec<Ticket>,
    pub(super) unusable: Vec<Ticket>,
    pub(super) others_unread: bool,
    pub(super) discounts: Vec<Ticket>,
    pub(super) none_disabled: bool,
    pub(super) none_chosen: bool,
    pub(super) cash: Money,
    pub(super) earmarked: Option<Money>,
    pub(super) credit: Option<Money>,
    pub(super) official: Money,
    pub(super) ordered_discount: Money,
    pub(super) quote: Quote,
    pub(super) discount_word: String,
    pub(super) cash_after: Money,
    pub(super) seen: String,
    pub(super) approvals: i16,
    /// The amount that must be typed.
    pub(super) to_type: Option<Money>,
    pub(super) typed: Typed,
}

impl View {
    /// Of these facts and this choice.
    pub(super) fn new(
        (facts, offer, quote): (&Facts<'_>, &Offer, Quote),
        choice: &Choice,
        ui: &Ui,
        services: &Services,
    ) -> Self {
        let t = Texts(ui.locale);
        let order = &facts.detail.order.item;
        let offered = |id: &str| offer.coupons.iter().find(|coupon| coupon.coupon_id == id);
        let (mut coupons, mut unusable) = (Vec::new(), Vec::new());
        for line in &quote.coupons {
            let ticket = ticket_of(line, offered(&line.id), ui, services);
            let in_sight = line.chosen || line.why.as_ref().is_none_or(pay_rules::Why::is_by_choice);
            if in_sight { coupons.push(ticket) } else { unusable.push(ticket) }
        }
        unusable.extend(left_out(facts, offer, ui, services));
        let seen = serde_json::to_string(&facts.seen(offer, &quote)).expect("plain data");
        let discounts: Vec<Ticket> = offer
            .discounts
            .iter()
            .filter_map(|one| Some((one, quote.discounts.iter().find(|line| line.id == one.discount_id)?)))
            .map(|(one, line)| discount_ticket(one, line, ui, services))
            .collect();
        let discount_word = discounts.iter().find(|ticket| ticket.chosen);
        let official = order.official_amount.unwrap_or_default();
        let above = Money::from_fen(TYPED_ABOVE * 100);
        Self {
            form_key: Uuid::new_v4(),
            at: facts.at,
            coupons,
            unusable,
            others_unread: facts.all_coupons.is_none(),
            none_disabled: quote.discounts.iter().any(|line| line.id.is_empty())
                || pay_rules::first_choice(offer).discount.is_some(),
            none_chosen: choice.discount.is_none(),
            discount_word: discount_word.map_or_else(|| t.discount().to_owned(), |one| one.title.clone()),
            discounts,
            cash: offer.cash,
            earmarked: facts.balances.cash().and_then(|cash| cash.designated).filter(|part| !part.is_zero()),
            credit: facts.balances.credit().map(|credit| credit.amount),
            official,
            ordered_discount: official - offer.after_discount,
            cash_after: offer.cash - quote.from_cash,
            to_type: (quote.from_balance > above).then_some(quote.from_balance),
            seen,
            quote,
            approvals: 0,
            typed: Typed::default(),
        }
    }

    /// Whether it can be confirmed.
    pub(super) fn is_valid(&self) -> bool {
        self.quote.is_valid()
    }

    /// Looks at what was typed, and says what is wrong with it. Whether nothing is.
    pub(super) fn check_typed(&mut self, ui: &Ui) -> bool {
        let t = Texts(ui.locale);
        let typed = &mut self.typed;
        if typed.reason.chars().count() > REASON {
            t.reason_long().clone_into(&mut typed.reason_wrong);
        } else if typed.reason.is_empty() && self.approvals > 0 {
            t.reason_missing().clone_into(&mut typed.reason_wrong);
        }
        if let Some(amount) = self.to_type {
            let given = typed.amount.trim().trim_start_matches(['¥', '￥']).trim();
            if given.parse::<Money>().map(Money::rounded) != Ok(amount.rounded()) {
                typed.amount_wrong = t.type_wrong(&amount.to_string());
            }
        }
        typed.reason_wrong.is_empty() && typed.amount_wrong.is_empty()
    }

    /// The coupons that are used: word and amount.
    pub(super) fn used(&self) -> impl Iterator<Item = (&str, Money)> {
        self.coupons
            .iter()
            .filter(|ticket| ticket.chosen)
            .filter_map(|ticket| Some((ticket.title.as_str(), ticket.takes?)))
    }
}

/// The lines of an order.
pub(super) fn bought(detail: &OrderDetail, ui: &Ui) -> Vec<Bought> {
    let lines = detail.lines.iter().map(|line| &line.item);
    lines
        .map(|line| Bought {
            product: line.service_type_name.clone().or(line.service_type_code.clone()).unwrap_or_default(),
            spec: line.product_spec_desc.clone().unwrap_or_default(),
            term: words::term(line, ui.locale),
            from: line.effective_time,
            to: line.expire_time,
            payable: line.amount_after_discount,
        })
        .collect()
}

fn ticket_of(line: &Line, coupon: Option<&OrderCoupon>, ui: &Ui, services: &Services) -> Ticket {
    let t = Texts(ui.locale);
    let reason = line.why.as_ref().map(|why| words::why(why, ui, services));
    let Some(coupon) = coupon else {
        let title = t.coupon_is(&line.id);
        return Ticket {
            id: line.id.clone(),
            title,
            takes: None,
            is_estimate: false,
            below: None,
            meta: String::new(),
            disabled: false,
            reason,
            chosen: line.chosen,
        };
    };
    let by_ratio = coupon.coupon_type == CouponType::DiscountCoupon;
    let mut meta: Vec<String> = coupon.plan_name.iter().cloned().collect();
    meta.extend(
        coupon.coupon_group.filter(|group| group.code() != 0).map(|group| group.name(ui.locale).into_owned()),
    );
    meta.extend(coupon.use_limits.iter().filter_map(|limit| words::limit(limit, services, ui.locale)));
    if coupon.coupon_version == Some(CouponVersion::SingleUse) {
        meta.push(t.single_use().to_owned());
    }
    meta.extend(coupon.expire_time.map(|at| t.until(&ui.day(&at).to_string())));
    Ticket {
        id: line.id.clone(),
        title: words::coupon(coupon.coupon_type, coupon.face_value, ui.locale),
        takes: line.takes,
        is_estimate: by_ratio,
        below: (!by_ratio).then(|| t.left(&coupon.left().to_string())),
        meta: meta.join(" · "),
        disabled: line.why.is_some() && !line.chosen,
        reason,
        chosen: line.chosen,
    }
}

/// The account's other coupons, each with why it cannot pay for this order.
fn left_out(facts: &Facts<'_>, offer: &Offer, ui: &Ui, services: &Services) -> Vec<Ticket> {
    let t = Texts(ui.locale);
    let of_order: Vec<String> = facts
        .detail
        .lines
        .iter()
        .filter_map(|line| line.item.service_type_code.clone())
        .chain(facts.detail.order.item.service_type_code.clone())
        .collect();
    let is_offered = |coupon: &Coupon| offer.coupons.iter().any(|one| one.coupon_id == coupon.coupon_id);
    let long_ago = facts.at - chrono::TimeDelta::days(90);
    let matters = |coupon: &&Coupon| {
        !is_offered(coupon)
            && !matches!(coupon.status, CouponStatus::Used | CouponStatus::Reclaimed)
            && coupon.expire_time.is_none_or(|at| at > long_ago)
    };
    let others = facts.all_coupons.unwrap_or_default().iter().filter(matters);
    others
        .map(|coupon| {
            let why = pay_rules::left_out(coupon, &offer.order_id, &of_order, facts.at);
            let by_ratio = coupon.coupon_type == CouponType::DiscountCoupon;
            let mut meta: Vec<String> = coupon.plan_name.iter().cloned().collect();
            meta.extend(
                coupon.use_limits.iter().filter_map(|limit| words::limit(limit, services, ui.locale)),
            );
            meta.extend(coupon.expire_time.map(|at| t.until(&ui.day(&at).to_string())));
            Ticket {
                id: coupon.coupon_id.clone(),
                title: words::coupon(coupon.coupon_type, coupon.face_value, ui.locale),
                takes: (!by_ratio).then_some(coupon.face_value).flatten(),
                is_estimate: false,
                below: None,
                meta: meta.join(" · "),
                reason: Some(words::why(&why, ui, services)),
                chosen: false,
                disabled: true,
            }
        })
        .collect()
}

fn discount_ticket(discount: &OrderDiscount, line: &Line, ui: &Ui, services: &Services) -> Ticket {
    let t = Texts(ui.locale);
    let mandatory = discount.discount_type == crate::bss::codes::DiscountType::PriceAdjustment;
    Ticket {
        id: line.id.clone(),
        title: words::discount(discount, ui.locale),
        takes: line.takes,
        is_estimate: false,
        below: line.takes.is_none().then(|| t.by_huawei().to_owned()),
        meta: if mandatory { t.must_be_used().to_owned() } else { String::new() },
        reason: line.why.as_ref().map(|why| words::why(why, ui, services)),
        chosen: line.chosen,
        disabled: line.why.is_some() && !line.chosen,
    }
}
