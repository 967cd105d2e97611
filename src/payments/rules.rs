//! What an order can be paid with: which coupons and discounts go together, why the rest does not,
//! and what remains for cash and credit (api-oce, 支付包年/包月产品订单). Pure: it asks nobody and decides
//! nothing for good, since Huawei judges again when it is paid.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use crate::{
    bss::{
        balances::Balances,
        codes::{CouponGroup, CouponStatus, CouponType, DiscountType, PayCouponType, PayDiscountType},
        coupons::Coupon,
        instruments::{MaxUse, OrderCoupon, OrderCoupons, OrderDiscount, UseLimit},
        orders::{Order, OrderDetail},
        pay::MAX_COUPONS,
    },
    money::Money,
};

/// Everything that was read for paying one order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Offer {
    /// The order.
    pub order_id: String,
    /// What it costs before a discount chosen here.
    pub after_discount: Money,
    /// Coupons that Huawei lists for it.
    pub coupons: Vec<OrderCoupon>,
    /// How many of each kind.
    pub max_use: Vec<MaxUse>,
    /// Discounts that Huawei lists for it.
    pub discounts: Vec<OrderDiscount>,
    /// What the cash account has.
    pub cash: Money,
    /// What the credit account has.
    pub credit: Money,
}

impl Offer {
    /// Of what was read.
    pub fn of(
        order: &Order,
        coupons: OrderCoupons,
        discounts: Vec<OrderDiscount>,
        balances: &Balances,
    ) -> Self {
        Self {
            order_id: order.order_id.clone(),
            after_discount: order.amount_after_discount.unwrap_or_default(),
            coupons: coupons.coupons.into_iter().map(|listed| listed.item).collect(),
            max_use: coupons.max_use,
            discounts,
            cash: balances.cash().map(|account| account.amount).unwrap_or_default(),
            credit: balances.credit().map(|account| account.amount).unwrap_or_default(),
        }
    }
}

/// What a person chose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// Ids of coupons, in the order of the choice, each once.
    pub coupons: Vec<String>,
    /// The id of a discount.
    pub discount: Option<String>,
}

impl Choice {
    /// The choice that a form names: an id given twice is one choice, an empty one is none.
    pub fn new(coupons: impl IntoIterator<Item = String>, discount: Option<String>) -> Self {
        let mut once: Vec<String> = Vec::new();
        for id in coupons {
            if !id.is_empty() && !once.contains(&id) {
                once.push(id);
            }
        }
        Self { coupons: once, discount: discount.filter(|id| !id.is_empty()) }
    }
}

/// Why something cannot be chosen, or not beside what is chosen already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It is in this status, which cannot be used.
    Status(CouponStatus),
    /// It can be used from then on.
    NotYet(DateTime<Utc>),
    /// Huawei has frozen it.
    Frozen,
    /// It is only for these services, by their codes, and the order has none of them.
    OnlyForServices(String),
    /// Another order holds it.
    HeldBy(String),
    /// Payments have no code for its kind.
    CannotBeSent,
    /// Its time has passed.
    Expired,
    /// Nothing is left of it.
    Empty,
    /// A payment takes no more than this many.
    TooMany(usize),
    /// A payment takes no more than this many of its kind.
    TooManyOfKind(u32),
    /// Vouchers and discount coupons exclude each other.
    VoucherOrDiscountCoupon,
    /// Marketplace coupons and special-purpose vouchers exclude each other.
    MarketplaceOrSpecial,
    /// A chosen coupon excludes discounts of this kind.
    ExcludedByCoupon(String),
    /// It excludes the chosen discount.
    ExcludesDiscount,
    /// The chosen discount, or this one, is below the coupon's least ratio on every line.
    BelowLeastRatio(Decimal),
    /// The order's price adjustment must be used, so no other discount can be.
    AdjustmentIsMandatory,
    /// It is not among what Huawei lists for the order.
    NotOffered,
}

impl Why {
    /// Whether another choice would make it usable.
    pub const fn is_by_choice(&self) -> bool {
        match self {
            Self::TooManyOfKind(most) => *most > 0,
            Self::TooMany(_)
            | Self::VoucherOrDiscountCoupon
            | Self::MarketplaceOrSpecial
            | Self::ExcludedByCoupon(_)
            | Self::ExcludesDiscount
            | Self::BelowLeastRatio(_) => true,
            Self::Status(_)
            | Self::NotYet(_)
            | Self::Frozen
            | Self::OnlyForServices(_)
            | Self::HeldBy(_)
            | Self::CannotBeSent
            | Self::Expired
            | Self::Empty
            | Self::AdjustmentIsMandatory
            | Self::NotOffered => false,
        }
    }
}

/// A coupon or discount with what choosing it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its id.
    pub id: String,
    /// Whether it is chosen.
    pub chosen: bool,
    /// Why it cannot be; for a chosen one, why the choice is not valid.
    pub why: Option<Why>,
    /// What it takes off the price if it is chosen, by our reckoning; none where only Huawei knows.
    pub takes: Option<Money>,
}

/// What paying by a choice comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Every listed coupon, and chosen ones that are not listed.
    pub coupons: Vec<Line>,
    /// Every listed discount.
    pub discounts: Vec<Line>,
    /// What the discount takes off.
    pub discount: Money,
    /// After the discount, before coupons.
    pub payable: Money,
    /// What the coupons take off.
    pub by_coupons: Money,
    /// What is charged to the balance.
    pub from_balance: Money,
    /// Of that, from cash.
    pub from_cash: Money,
    /// Of that, from credit.
    pub from_credit: Money,
    /// What the balance is short of.
    pub short: Money,
    /// Whether a part of it is our reckoning of what Huawei decides: how much a discount coupon, or
    /// a discount whose amount is not told, takes off.
    pub is_estimate: bool,
}

impl Quote {
    /// Whether it can be confirmed.
    pub fn is_valid(&self) -> bool {
        self.short.is_zero()
            && !self.coupons.iter().chain(&self.discounts).any(|line| line.chosen && line.why.is_some())
    }
}

/// The choice that is made before a person made one: nothing, except what must be used.
pub fn first_choice(offer: &Offer) -> Choice {
    Choice { coupons: Vec::new(), discount: mandatory(offer).map(|discount| discount.discount_id.clone()) }
}

fn mandatory(offer: &Offer) -> Option<&OrderDiscount> {
    offer.discounts.iter().find(|discount| discount.discount_type == DiscountType::PriceAdjustment)
}

/// What paying by `choice` comes to at `now`.
pub fn quote(offer: &Offer, choice: &Choice, now: DateTime<Utc>) -> Quote {
    let chosen: Vec<&OrderCoupon> = choice
        .coupons
        .iter()
        .filter_map(|id| offer.coupons.iter().find(|coupon| coupon.coupon_id == *id))
        .collect();
    let discount = choice
        .discount
        .as_ref()
        .and_then(|id| offer.discounts.iter().find(|discount| discount.discount_id == *id));

    let told = discount.map(OrderDiscount::amount);
    let off = told.flatten().unwrap_or_default().min(offer.after_discount).max(Money::ZERO);
    let payable = offer.after_discount - off;
    let (parts, from_balance) = take(&chosen, payable);
    let from_cash = from_balance.min(offer.cash.max(Money::ZERO));
    let from_credit = (from_balance - from_cash).min(offer.credit.max(Money::ZERO));

    let mut coupons: Vec<Line> = offer
        .coupons
        .iter()
        .map(|coupon| {
            let at = chosen.iter().position(|one| one.coupon_id == coupon.coupon_id);
            let others: Vec<&OrderCoupon> =
                chosen.iter().copied().filter(|one| one.coupon_id != coupon.coupon_id).collect();
            let why = unusable(offer, coupon, now).or_else(|| conflict(offer, coupon, &others, discount));
            let takes = match at {
                Some(at) => parts[at],
                None => take(&[coupon], payable).0[0],
            };
            Line { id: coupon.coupon_id.clone(), chosen: at.is_some(), why, takes: Some(takes) }
        })
        .collect();
    let is_listed = |id: &String| offer.coupons.iter().any(|coupon| coupon.coupon_id == *id);
    coupons.extend(choice.coupons.iter().filter(|id| !is_listed(id)).map(|id| Line {
        id: id.clone(),
        chosen: true,
        why: Some(Why::NotOffered),
        takes: None,
    }));
    let mut discounts: Vec<Line> = offer
        .discounts
        .iter()
        .map(|one| Line {
            id: one.discount_id.clone(),
            chosen: discount.is_some_and(|discount| discount.discount_id == one.discount_id),
            why: excluded(offer, one, &chosen),
            takes: one.amount(),
        })
        .collect();
    match (&choice.discount, discount, mandatory(offer)) {
        (Some(id), None, _) => {
            discounts.push(Line { id: id.clone(), chosen: true, why: Some(Why::NotOffered), takes: None });
        }
        // Choosing none is a choice too, and not allowed beside a price adjustment.
        (None, None, Some(_)) => discounts.push(Line {
            id: String::new(),
            chosen: true,
            why: Some(Why::AdjustmentIsMandatory),
            takes: None,
        }),
        _ => {}
    }
    Quote {
        coupons,
        discounts,
        discount: off,
        payable,
        by_coupons: payable - from_balance,
        from_balance,
        from_cash,
        from_credit,
        short: from_balance - from_cash - from_credit,
        is_estimate: told == Some(None)
            || chosen.iter().any(|coupon| coupon.coupon_type == CouponType::DiscountCoupon),
    }
}

/// What each coupon takes off, in the order in which Huawei applies kinds, and what remains.
fn take(coupons: &[&OrderCoupon], payable: Money) -> (Vec<Money>, Money) {
    let mut taken = vec![Money::ZERO; coupons.len()];
    let mut rest = payable.max(Money::ZERO);
    for kind in [CouponType::DiscountCoupon, CouponType::Voucher, CouponType::FlexiPurchase] {
        for (coupon, taken) in coupons.iter().zip(&mut taken).filter(|(coupon, _)| coupon.coupon_type == kind)
        {
            *taken = match kind {
                CouponType::DiscountCoupon => {
                    // Its face value is the part that is still paid: 0.9 takes a tenth off.
                    let face =
                        coupon.face_value.unwrap_or_default().decimal().clamp(Decimal::ZERO, Decimal::ONE);
                    let off = rest.decimal() * (Decimal::ONE - face);
                    if face.is_zero() {
                        Money::ZERO
                    } else {
                        Money::new(off.round_dp_with_strategy(2, RoundingStrategy::ToZero))
                    }
                }
                _ => coupon.left().max(Money::ZERO).min(rest),
            };
            rest -= *taken;
        }
    }
    (taken, rest)
}

/// Why a coupon cannot be used whatever else is chosen.
fn unusable(offer: &Offer, coupon: &OrderCoupon, now: DateTime<Utc>) -> Option<Why> {
    if let Some(holder) =
        coupon.used_by_order_id.as_ref().filter(|holder| !holder.eq_ignore_ascii_case(&offer.order_id))
    {
        return Some(Why::HeldBy(holder.clone()));
    }
    if let Some(why) = out_of_time(coupon.status, (coupon.effective_time, coupon.expire_time), now) {
        return Some(why);
    }
    if PayCouponType::of(coupon.coupon_type).is_none() {
        return Some(Why::CannotBeSent);
    }
    coupon.left().is_zero().then_some(Why::Empty)
}

fn out_of_time(
    status: CouponStatus,
    (from, to): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    now: DateTime<Utc>,
) -> Option<Why> {
    if status == CouponStatus::Expired || to.is_some_and(|expires| expires <= now) {
        return Some(Why::Expired);
    }
    if status != CouponStatus::Usable {
        return Some(Why::Status(status));
    }
    from.filter(|from| *from > now).map(Why::NotYet)
}

/// Why a coupon of the account, which Huawei does not list for the order, cannot pay for it.
/// `services` are the codes of the order's services.
pub fn left_out(coupon: &Coupon, order_id: &str, services: &[String], now: DateTime<Utc>) -> Why {
    if coupon.is_frozen == Some(true) {
        return Why::Frozen;
    }
    if let Some(holder) =
        coupon.lock_order_id.as_ref().filter(|holder| !holder.eq_ignore_ascii_case(order_id))
    {
        return Why::HeldBy(holder.clone());
    }
    if let Some(why) = out_of_time(coupon.status, (coupon.valid_time, coupon.expire_time), now) {
        return why;
    }
    let others = |limit: &&UseLimit| {
        limit.key.as_deref() == Some("serviceType")
            && limit.value1.as_ref().is_some_and(|codes| {
                !codes.split(',').any(|code| services.iter().any(|service| service == code.trim()))
            })
    };
    match coupon.use_limits.iter().find(others).and_then(|limit| limit.value1.clone()) {
        Some(codes) => Why::OnlyForServices(codes),
        None => Why::NotOffered,
    }
}

/// The coupons of an account that Huawei does not list for an order, each with why it cannot pay for it. Those used up,
/// reclaimed or expired long ago nobody asks about.
pub fn others(
    all: Vec<Coupon>,
    detail: &OrderDetail,
    offer: &Offer,
    now: DateTime<Utc>,
) -> Vec<(Coupon, Why)> {
    let lines = detail.lines.iter().filter_map(|line| line.item.service_type_code.clone());
    let services: Vec<String> = lines.chain(detail.order.item.service_type_code.clone()).collect();
    let long_ago = now - TimeDelta::days(90);
    let matters = |coupon: &Coupon| {
        !offer.coupons.iter().any(|one| one.coupon_id == coupon.coupon_id)
            && !matches!(coupon.status, CouponStatus::Used | CouponStatus::Reclaimed)
            && coupon.expire_time.is_none_or(|at| at > long_ago)
    };
    let with_why = |coupon: Coupon| {
        let why = left_out(&coupon, &offer.order_id, &services, now);
        (coupon, why)
    };
    all.into_iter().filter(matters).map(with_why).collect()
}

/// Why a coupon cannot be used beside the others and the discount.
fn conflict(
    offer: &Offer,
    coupon: &OrderCoupon,
    others: &[&OrderCoupon],
    discount: Option<&OrderDiscount>,
) -> Option<Why> {
    let has = |kind| others.iter().any(|other| other.coupon_type == kind);
    if (coupon.coupon_type == CouponType::DiscountCoupon && has(CouponType::Voucher))
        || (coupon.coupon_type == CouponType::Voucher && has(CouponType::DiscountCoupon))
    {
        return Some(Why::VoucherOrDiscountCoupon);
    }
    let beside = |group| others.iter().any(|other| other.coupon_group == Some(group));
    if (coupon.coupon_group == Some(CouponGroup::Marketplace) && beside(CouponGroup::SpecialPurpose))
        || (coupon.coupon_group == Some(CouponGroup::SpecialPurpose) && beside(CouponGroup::Marketplace))
    {
        return Some(Why::MarketplaceOrSpecial);
    }
    // Every limit that covers this coupon counts the others that it covers as well.
    let reached = offer.max_use.iter().find(|most| {
        let covers = |one: &OrderCoupon| {
            most.coupon_type.is_none_or(|kind| kind == one.coupon_type)
                && most.coupon_group.is_none_or(|group| Some(group) == one.coupon_group)
        };
        covers(coupon) && others.iter().filter(|other| covers(other)).count() >= most.quantity as usize
    });
    if let Some(most) = reached {
        return Some(Why::TooManyOfKind(most.quantity));
    }
    if others.len() >= MAX_COUPONS {
        return Some(Why::TooMany(MAX_COUPONS));
    }
    let discount = discount?;
    if !coupon.goes_with(discount.discount_type) {
        return Some(Why::ExcludesDiscount);
    }
    below_least(coupon, discount).map(Why::BelowLeastRatio)
}

/// Why a discount cannot be used, by itself or beside the chosen coupons.
fn excluded(offer: &Offer, discount: &OrderDiscount, chosen: &[&OrderCoupon]) -> Option<Why> {
    if PayDiscountType::of(discount.discount_type).is_none() {
        return Some(Why::CannotBeSent);
    }
    if mandatory(offer).is_some_and(|mandatory| mandatory.discount_id != discount.discount_id) {
        return Some(Why::AdjustmentIsMandatory);
    }
    chosen.iter().find_map(|coupon| {
        if coupon.goes_with(discount.discount_type) {
            below_least(coupon, discount).map(Why::BelowLeastRatio)
        } else {
            Some(Why::ExcludedByCoupon(coupon.coupon_id.clone()))
        }
    })
}

/// The coupon's least ratio, if every line of the discount is below it.
fn below_least(coupon: &OrderCoupon, discount: &OrderDiscount) -> Option<Decimal> {
    let least = coupon.min_discount_ratio()?;
    let mut ratios =
        discount.orders.iter().flat_map(|order| &order.lines).filter_map(|line| line.ratio).peekable();
    (ratios.peek().is_some() && ratios.all(|ratio| ratio < least)).then_some(least)
}

#[cfg(test)]
mod tests;
