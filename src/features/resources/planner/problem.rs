//! What is to be planned, in the words of payments, and what is proposed. Every order of a proposal is quoted
//! by `payments::rules`, and the amounts of a proposal are those of the quotes.

use chrono::{DateTime, Utc};
use rust_decimal::{Decimal, prelude::ToPrimitive as _};

use super::{
    case::{self, Beside, Case, Fen, Group, Limit, Paid, Rank, WHOLE},
    solve::solve,
};
use crate::{
    bss::{
        MAX_RESOURCES, Term,
        codes::{CouponGroup, CouponStatus, CouponType, CouponVersion, DiscountType, PayDiscountType},
        coupons::Coupon,
        instruments::{DiscountedLines, DiscountedOrder, MaxUse, OrderCoupon, OrderDiscount, UseLimit},
    },
    money::Money,
    payments::rules::{Choice, Offer, Quote, Why, left_out, quote},
};

/// A main resource that is to be renewed, with what is attached to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewable {
    /// Its id.
    pub resource_id: String,
    /// Its service's code.
    pub service: String,
    /// The region's code.
    pub region: String,
    /// The ids of the products that it consists of; empty where they are not known.
    pub products: Vec<String>,
    /// For how long it is renewed: one order is for one term.
    pub term: Term,
    /// What its renewal costs before a discount that is chosen when it is paid, yuan.
    pub price: Money,
}

/// A discount that can be chosen when renewals are paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedDiscount {
    /// Its id, as the discounts of such an order have it.
    pub id: String,
    /// Its kind.
    pub kind: DiscountType,
    /// What it does to each resource; none where it is not offered.
    pub off: Vec<Option<Off>>,
}

/// What a discount does to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Off {
    /// What it takes off, yuan.
    pub amount: Money,
    /// The share of the price that is still paid, where it is told.
    pub ratio: Option<Decimal>,
}

/// Everything that a proposal for one account rests on.
#[derive(Debug, Clone)]
pub struct Problem {
    /// What is to be renewed for the chosen term.
    pub resources: Vec<Renewable>,
    /// The discounts of the account.
    pub discounts: Vec<PlannedDiscount>,
    /// Coupons that can be used; see [`usable`].
    pub coupons: Vec<OrderCoupon>,
    /// How many of a kind Huawei lets one order use. That is told of real orders only, so it is a guess.
    pub max_use: Vec<MaxUse>,
    /// The most resources that are ordered together; 1 orders each by itself.
    pub largest_order: usize,
    /// The time for which it is planned.
    pub now: DateTime<Utc>,
}

/// How resources are renewed for the least cash that was found.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The orders in the sequence in which they are to be paid: coupons that several use have less left for
    /// each that follows.
    pub orders: Vec<ProposedOrder>,
    /// What is taken from the balance in all, yuan.
    pub cash: Money,
    /// What would be taken without coupons: each resource by itself with its best discount.
    pub without_coupons: Money,
    /// No way of ordering and paying takes less than this; as much as `cash` where it is proved to be least.
    pub at_least: Money,
}

/// An order of a proposal.
#[derive(Debug, Clone)]
pub struct ProposedOrder {
    /// What is renewed with it: places in [`Problem::resources`].
    pub resources: Vec<usize>,
    /// What it could be paid with, of that which it is paid with.
    pub offer: Offer,
    /// How it is paid.
    pub choice: Choice,
    /// What that comes to.
    pub quote: Quote,
}

/// Why a coupon of the account is not planned with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeftOut {
    /// The rules of payments say so.
    Rule(Why),
    /// It has a limit of which nobody knows what it means; its key.
    UnknownLimit(String),
}

impl Proposal {
    /// Whether no other proposal costs less.
    pub fn is_least(&self) -> bool {
        self.cash == self.at_least
    }

    /// By how much the least could be below what is proposed, yuan.
    pub fn gap(&self) -> Money {
        self.cash - self.at_least
    }
}

/// A coupon of the account as an order would have it, or why none of these services can use it at `now`.
/// Its group is not told of coupons of an account.
pub fn usable(coupon: &Coupon, services: &[String], now: DateTime<Utc>) -> Result<OrderCoupon, LeftOut> {
    match left_out(coupon, "", services, now) {
        Why::NotOffered => {}
        why => return Err(LeftOut::Rule(why)),
    }
    let usable = OrderCoupon {
        coupon_id: coupon.coupon_id.clone(),
        coupon_code: coupon.coupon_code.clone(),
        status: coupon.status,
        coupon_type: coupon.coupon_type,
        coupon_group: None,
        measure_id: coupon.measure_id,
        face_value: coupon.face_value,
        balance: coupon.balance,
        effective_time: coupon.valid_time,
        expire_time: coupon.expire_time,
        active_time: coupon.active_time,
        last_used_time: coupon.reserve_time,
        create_time: coupon.create_time,
        plan_name: coupon.plan_name.clone(),
        plan_desc: coupon.plan_desc.clone(),
        use_limits: coupon.use_limits.clone(),
        coupon_version: coupon.coupon_version,
        used_by_order_id: None,
        coupon_usage: coupon.coupon_usage.clone(),
    };
    if rank(usable.coupon_type).is_none() || share_paid(&usable).is_none() {
        return Err(LeftOut::Rule(Why::CannotBeSent));
    }
    if is_empty(&usable) {
        return Err(LeftOut::Rule(Why::Empty));
    }
    if let Err(key) = Terms::of(&usable.use_limits) {
        return Err(LeftOut::UnknownLimit(key));
    }
    Ok(usable)
}

impl Problem {
    /// The orders that take the least cash, as far as could be found. It ends after a number of steps that
    /// depends on the size of the problem, and is the same each time.
    pub fn propose(&self) -> Proposal {
        let (case, coupons) = self.case();
        let solved = solve(&case);
        let mut lefts: Vec<OrderCoupon> = self.coupons.clone();
        let orders: Vec<ProposedOrder> =
            solved.orders.iter().map(|paid| self.order(paid, &coupons, &mut lefts)).collect();
        Proposal {
            cash: orders.iter().map(|order| order.quote.from_balance).sum(),
            orders,
            without_coupons: Money::from_fen(case.without_coupons()),
            at_least: Money::from_fen(solved.least),
        }
    }

    /// An order with what pays it; what its coupons have left becomes less.
    fn order(&self, paid: &Paid, places: &[usize], lefts: &mut [OrderCoupon]) -> ProposedOrder {
        let used: Vec<usize> = paid.coupons.iter().map(|at| places[*at]).collect();
        let after_discount: Money =
            paid.items.iter().map(|at| Money::from_fen(fen(self.resources[*at].price))).sum();
        let offer = Offer {
            order_id: String::new(),
            after_discount,
            coupons: used.iter().map(|at| lefts[*at].clone()).collect(),
            max_use: self.max_use.clone(),
            discounts: paid.discount.iter().map(|at| self.discount(*at, &paid.items)).collect(),
            cash: after_discount,
            credit: Money::ZERO,
        };
        let choice = Choice {
            coupons: used.iter().map(|at| lefts[*at].coupon_id.clone()).collect(),
            discount: paid.discount.map(|at| self.discounts[at].id.clone()),
        };
        let quote = quote(&offer, &choice, self.now);
        for at in used {
            let coupon = &mut lefts[at];
            let taken = quote.coupons.iter().find(|line| line.id == coupon.coupon_id);
            let taken = taken.and_then(|line| line.takes).unwrap_or_default();
            coupon.balance = Some(coupon.left() - taken);
        }
        ProposedOrder { resources: paid.items.clone(), offer, choice, quote }
    }

    /// A discount as an order of these resources would have it.
    fn discount(&self, at: usize, items: &[usize]) -> OrderDiscount {
        let one = &self.discounts[at];
        let line = |item: &usize| {
            let off = one.off[*item]?;
            Some(DiscountedLines {
                line_ids: vec![self.resources[*item].resource_id.clone()],
                mode: None,
                amount: Some(Money::from_fen(fen(off.amount))),
                ratio: off.ratio,
            })
        };
        let lines = items.iter().filter_map(line).collect();
        let orders = vec![DiscountedOrder { order_id: String::new(), lines }];
        OrderDiscount { discount_id: one.id.clone(), discount_value: None, discount_type: one.kind, orders }
    }

    /// The same in numbers, and where its coupons are among those of the problem. Coupons that no order can
    /// use are not in it.
    fn case(&self) -> (Case, Vec<usize>) {
        let discounts: Vec<case::Discount> = self.discounts.iter().map(discount).collect();
        let mut places = Vec::new();
        let mut coupons = Vec::new();
        for (at, coupon) in self.coupons.iter().enumerate() {
            if let Some(coupon) = self.coupon(coupon) {
                places.push(at);
                coupons.push(coupon);
            }
        }
        let limit = |most: &MaxUse| {
            let covers = |at: &usize| {
                let coupon = &self.coupons[*at];
                most.coupon_type.is_none_or(|kind| kind == coupon.coupon_type)
                    && most.coupon_group.is_none_or(|group| Some(group) == coupon.coupon_group)
            };
            Limit {
                covers: places.iter().map(covers).collect(),
                most: usize::try_from(most.quantity).unwrap_or(usize::MAX),
            }
        };
        let limits = self.max_use.iter().map(limit).collect();
        let prices = self.resources.iter().map(|one| fen(one.price)).collect();
        let largest = self.largest_order.clamp(1, MAX_RESOURCES);
        let batch = |one: &Renewable| self.resources.iter().position(|other| other.term == one.term);
        let batches = self.resources.iter().map(|one| batch(one).unwrap_or_default()).collect();
        (Case { prices, discounts, coupons, limits, largest, batches }, places)
    }

    fn coupon(&self, coupon: &OrderCoupon) -> Option<case::Coupon> {
        let rank = rank(coupon.coupon_type)?;
        let paid = share_paid(coupon)?;
        let is_over = coupon.expire_time.is_some_and(|at| at <= self.now);
        let is_early = coupon.effective_time.is_some_and(|at| at > self.now);
        let is_held = coupon.used_by_order_id.as_ref().is_some_and(|holder| !holder.is_empty());
        if is_over || is_early || is_held || coupon.status != CouponStatus::Usable || is_empty(coupon) {
            return None;
        }
        let terms = Terms::of(&coupon.use_limits).ok()?;
        let once = rank == Rank::Ratio
            || coupon.coupon_version == Some(CouponVersion::SingleUse)
            || coupon.balance.is_none();
        Some(case::Coupon {
            rank,
            group: match coupon.coupon_group {
                Some(CouponGroup::Marketplace) => Group::Marketplace,
                Some(CouponGroup::SpecialPurpose) => Group::Special,
                _ => Group::Other,
            },
            once,
            left: if rank == Rank::Ratio { 1 } else { fen(coupon.left()) },
            paid,
            floor: terms.floor.map_or(0, fen),
            ceiling: terms.ceiling.map_or(Fen::MAX, fen),
            fits: self.resources.iter().map(|one| terms.fit(one)).collect(),
            beside: self.discounts.iter().map(|discount| beside(coupon, discount)).collect(),
        })
    }
}

fn discount(discount: &PlannedDiscount) -> case::Discount {
    let can_be_sent = PayDiscountType::of(discount.kind).is_some();
    let off = |off: &Option<Off>| off.filter(|_| can_be_sent).map(|off| fen(off.amount));
    case::Discount {
        mandatory: discount.kind == DiscountType::PriceAdjustment,
        off: discount.off.iter().map(off).collect(),
    }
}

/// Whether a coupon may be used with a discount, as the rules of payments say.
fn beside(coupon: &OrderCoupon, discount: &PlannedDiscount) -> Beside {
    if !coupon.goes_with(discount.kind) {
        return Beside::Never;
    }
    match coupon.min_discount_ratio() {
        None => Beside::Always,
        Some(least) => {
            let reaches = |off: &Option<Off>| off.and_then(|off| off.ratio).map(|ratio| ratio >= least);
            Beside::Reaching(discount.off.iter().map(reaches).collect())
        }
    }
}

const fn rank(kind: CouponType) -> Option<Rank> {
    match kind {
        CouponType::DiscountCoupon => Some(Rank::Ratio),
        CouponType::Voucher => Some(Rank::Voucher),
        CouponType::FlexiPurchase => Some(Rank::Flexi),
        CouponType::ProductCoupon | CouponType::Unknown(_) => None,
    }
}

fn is_empty(coupon: &OrderCoupon) -> bool {
    match rank(coupon.coupon_type) {
        Some(Rank::Ratio) => coupon.left().is_zero(),
        _ => fen(coupon.left()) == 0,
    }
}

/// What is still paid with a discount coupon, of [`WHOLE`]; none where it is no such share.
fn share_paid(coupon: &OrderCoupon) -> Option<Fen> {
    if coupon.coupon_type != CouponType::DiscountCoupon {
        return Some(WHOLE);
    }
    let paid = coupon.face_value.unwrap_or_default().decimal() * Decimal::from(WHOLE);
    let is_share = paid > Decimal::ZERO && paid <= Decimal::from(WHOLE) && paid.fract().is_zero();
    if is_share { paid.to_i64() } else { None }
}

/// Whole fen, as they are charged.
fn fen(amount: Money) -> Fen {
    (amount.rounded().decimal() * Decimal::ONE_HUNDRED).to_i64().unwrap_or(Fen::MAX / 1_000_000).max(0)
}

/// What a coupon can pay for, as far as its limits say.
#[derive(Debug, Default)]
struct Terms<'a> {
    services: Option<Vec<&'a str>>,
    regions: Option<Vec<&'a str>>,
    products: Option<Vec<&'a str>>,
    /// What the order costs at least, after its discount.
    floor: Option<Money>,
    /// What it costs at most, before its discount.
    ceiling: Option<Money>,
}

impl<'a> Terms<'a> {
    /// Of limits that are all understood, or the key of one that is not. The name of the key for the amount
    /// of an order is not documented; its values are the least and the most.
    fn of(limits: &'a [UseLimit]) -> Result<Self, String> {
        let mut terms = Self::default();
        for limit in limits {
            let Some(key) = limit.key.as_deref() else { continue };
            let listed = |value: &'a Option<String>| -> Vec<&'a str> {
                let values = value.as_deref().unwrap_or_default().split(',');
                values.map(str::trim).filter(|value| !value.is_empty()).collect()
            };
            let unknown = || key.to_owned();
            let amount = |value: &Option<String>| match value.as_deref().filter(|text| !text.is_empty()) {
                None => Ok(None),
                Some(text) => text.parse::<Money>().map(Some).map_err(|_| unknown()),
            };
            match key {
                "serviceType" => terms.services = Some(listed(&limit.value1)),
                "regionCode" => terms.regions = Some(listed(&limit.value1)),
                "productId" => terms.products = Some(listed(&limit.value1)),
                "simultaneousUseWithEmpowerDiscount"
                | "simultaneousUseWithContractDiscount"
                | "simultaneousUseWithPromotionDiscount" => {}
                "minConsumeDiscount" => {
                    let ratio = limit.value1.as_deref().and_then(|text| text.parse::<Decimal>().ok());
                    ratio.ok_or_else(unknown)?;
                }
                _ if key.to_ascii_lowercase().contains("amount") => {
                    terms.floor = amount(&limit.value1)?.max(terms.floor);
                    terms.ceiling = amount(&limit.value2)?.or(terms.ceiling);
                }
                _ => return Err(unknown()),
            }
        }
        Ok(terms)
    }

    /// Whether it can pay for an order that has the resource. Of several resources each must fit, which is
    /// the strict reading of the rules.
    fn fit(&self, resource: &Renewable) -> bool {
        let among =
            |list: &Option<Vec<&str>>, one: &str| list.as_ref().is_none_or(|list| list.contains(&one));
        among(&self.services, &resource.service)
            && among(&self.regions, &resource.region)
            && (self.products.is_none()
                || (!resource.products.is_empty()
                    && resource.products.iter().all(|product| among(&self.products, product))))
    }
}
