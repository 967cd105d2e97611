//! The payment page's figures and options, made of what was read and what was chosen. It reads
//! nothing and decides nothing that the rules do not.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    facts::{Facts, Others},
    texts::Texts,
};
use crate::{
    bss::{
        codes::{CouponType, CouponVersion},
        coupons::Coupon,
        instruments::{OrderCoupon, OrderDiscount},
        orders::OrderDetail,
    },
    money::Money,
    payments::rules::{self, Choice, Line, Quote},
    web::{
        Ui,
        coupons::{self as words, Services},
        typed::{Typed, to_type},
    },
};

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
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Bought {
    pub(super) product: String,
    pub(super) spec: String,
    pub(super) term: Option<String>,
    pub(super) from: Option<DateTime<Utc>>,
    pub(super) to: Option<DateTime<Utc>>,
    pub(super) payable: Option<Money>,
}

/// Figures and options of an order that can be paid.
#[derive(Debug)]
pub(super) struct View {
    pub(super) form_key: Uuid,
    pub(super) at: DateTime<Utc>,
    pub(super) coupons: Vec<Ticket>,
    pub(super) unusable: Vec<Ticket>,
    /// Why there are no others among those that cannot be used.
    pub(super) others_absent: Option<&'static str>,
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
    /// The facts, sealed; empty when they are too large.
    pub(super) seal: String,
    pub(super) approvals: i16,
    /// The amount that must be typed.
    pub(super) to_type: Option<Money>,
    pub(super) typed: Typed,
}

impl View {
    /// Of these facts and this choice.
    pub(super) fn new(
        (facts, quote): (&Facts, Quote),
        choice: &Choice,
        ui: &Ui,
        services: &Services,
    ) -> Self {
        let t = Texts(ui.locale);
        let offer = &facts.offer;
        let offered = |id: &str| offer.coupons.iter().find(|coupon| coupon.coupon_id == id);
        let (mut coupons, mut unusable) = (Vec::new(), Vec::new());
        for line in &quote.coupons {
            let ticket = ticket_of(line, offered(&line.id), ui, services);
            let in_sight = line.chosen || line.why.as_ref().is_none_or(rules::Why::is_by_choice);
            if in_sight { coupons.push(ticket) } else { unusable.push(ticket) }
        }
        if let Others::Read(others) = &facts.others {
            unusable.extend(others.iter().map(|other| left_out(other, ui, services)));
        }
        let seen = serde_json::to_string(&facts.seen(&quote)).expect("plain data");
        let discounts: Vec<Ticket> = offer
            .discounts
            .iter()
            .filter_map(|one| Some((one, quote.discounts.iter().find(|line| line.id == one.discount_id)?)))
            .map(|(one, line)| discount_ticket(one, line, ui, services))
            .collect();
        let discount_word = discounts.iter().find(|ticket| ticket.chosen);
        Self {
            form_key: Uuid::new_v4(),
            at: facts.at,
            coupons,
            unusable,
            others_absent: match facts.others {
                Others::Read(_) => None,
                Others::Unread => Some(t.others_unread()),
                Others::NotBrought => Some(t.others_not_brought()),
            },
            none_disabled: quote.discounts.iter().any(|line| line.id.is_empty())
                || rules::first_choice(offer).discount.is_some(),
            none_chosen: choice.discount.is_none(),
            discount_word: discount_word.map_or_else(|| t.discount().to_owned(), |one| one.title.clone()),
            discounts,
            cash: offer.cash,
            earmarked: facts.earmarked,
            credit: facts.credit,
            official: facts.order.official,
            ordered_discount: facts.order.official - offer.after_discount,
            cash_after: offer.cash - quote.from_cash,
            to_type: to_type(quote.from_balance),
            seen,
            seal: String::new(),
            quote,
            approvals: 0,
            typed: Typed::default(),
        }
    }

    /// Whether it can be confirmed.
    pub(super) fn is_valid(&self) -> bool {
        self.quote.is_valid()
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

/// A coupon of the account with why it cannot pay for this order.
fn left_out((coupon, why): &(Coupon, rules::Why), ui: &Ui, services: &Services) -> Ticket {
    let t = Texts(ui.locale);
    let by_ratio = coupon.coupon_type == CouponType::DiscountCoupon;
    let mut meta: Vec<String> = coupon.plan_name.iter().cloned().collect();
    meta.extend(coupon.use_limits.iter().filter_map(|limit| words::limit(limit, services, ui.locale)));
    meta.extend(coupon.expire_time.map(|at| t.until(&ui.day(&at).to_string())));
    Ticket {
        id: coupon.coupon_id.clone(),
        title: words::coupon(coupon.coupon_type, coupon.face_value, ui.locale),
        takes: (!by_ratio).then_some(coupon.face_value).flatten(),
        is_estimate: false,
        below: None,
        meta: meta.join(" · "),
        reason: Some(words::why(why, ui, services)),
        chosen: false,
        disabled: true,
    }
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
