//! How renewals are split into orders and paid for the least cash: the planner is given the prices and coupons
//! that were just read, and what it proposes becomes the rows of the page. It asks nobody.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    facts::{RowFacts, Used},
    prices::Offered,
    texts::Texts,
};
use crate::{
    bss::{
        MAX_RESOURCES,
        codes::{CouponStatus, CouponType},
        coupons::Coupon,
        instruments::{MaxUse, OrderCoupon},
    },
    features::resources::{
        plan::{self, PaidWith, Payment, Price},
        planner::{LeftOut, Off, PlannedDiscount, Problem, Proposal, ProposedOrder, Renewable, usable},
    },
    identity::access::AccountId,
    money::Money,
    web::{Ui, coupons as words},
};

/// A renewal with what planning it takes.
#[derive(Debug)]
pub(super) struct Priced {
    /// As an order of its own, with the best discount.
    pub(super) row: RowFacts,
    pub(super) renewable: Renewable,
    pub(super) offers: Vec<Offered>,
}

/// What the proposed way of paying an account's renewals comes to, yuan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Proposed {
    pub(super) account: AccountId,
    pub(super) account_name: String,
    /// What is taken from the balance.
    pub(super) cash: Money,
    /// The same without coupons: each resource by itself with its best discount.
    pub(super) without_coupons: Money,
    /// No way takes less than this.
    pub(super) at_least: Money,
    /// Coupons that could be used and would not lower it.
    pub(super) unused: Vec<Ticket>,
    /// Coupons that cannot be used, each with the reason.
    pub(super) left_out: Vec<Ticket>,
}

/// A coupon in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ticket {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) why: String,
}

/// What is planned for one account.
pub(super) struct Planning {
    priced: Vec<Priced>,
    coupons: Vec<Coupon>,
    left_out: Vec<Ticket>,
    problem: Problem,
}

impl Planning {
    pub(super) fn new(
        priced: Vec<Priced>,
        coupons: Vec<Coupon>,
        (together, now): (bool, DateTime<Utc>),
        ui: &Ui,
    ) -> Self {
        let services: Vec<String> = priced.iter().map(|one| one.renewable.service.clone()).collect();
        let names = service_names(&priced);
        let mut planned: Vec<OrderCoupon> = Vec::new();
        let mut left_out = Vec::new();
        for coupon in &coupons {
            match usable(coupon, &services, now) {
                Ok(coupon) => planned.push(coupon),
                // What is over needs no telling.
                Err(_) if coupon.status == CouponStatus::Expired => {}
                Err(LeftOut::Rule(why)) => left_out.push(ticket(coupon, words::why(&why, ui, &names), ui)),
                Err(LeftOut::UnknownLimit(key)) => {
                    left_out.push(ticket(coupon, Texts(ui.locale).unknown_limit(&key), ui));
                }
            }
        }
        let problem = Problem {
            resources: priced.iter().map(|one| one.renewable.clone()).collect(),
            discounts: discounts(&priced),
            coupons: planned,
            // Huawei tells how many only of orders that exist; one of each kind is what every order takes.
            max_use: [CouponType::Voucher, CouponType::DiscountCoupon]
                .map(|kind| MaxUse { coupon_type: Some(kind), coupon_group: None, quantity: 1 })
                .into(),
            largest_order: if together { MAX_RESOURCES } else { 1 },
            now,
        };
        Self { priced, coupons, left_out, problem }
    }

    /// Finds the proposal: it only calculates, and may take a second for hundreds of resources.
    pub(super) fn solve(self) -> (Self, Proposal) {
        let proposal = self.problem.propose();
        (self, proposal)
    }

    /// The rows of a proposal in the order in which they are to be paid.
    pub(super) fn rows(self, proposal: &Proposal, ui: &Ui) -> (Vec<RowFacts>, Option<Proposed>) {
        let rows: Vec<RowFacts> = proposal.orders.iter().map(|order| self.row(order, ui)).collect();
        let Some(first) = self.priced.first() else { return (rows, None) };
        let is_used = |id: &String| rows.iter().any(|row| row.facts.payment.coupons().contains(id));
        let unused = self.problem.coupons.iter().filter(|coupon| !is_used(&coupon.coupon_id));
        let known = unused.filter_map(|unused| self.coupon(&unused.coupon_id));
        let proposed = Proposed {
            account: first.row.account,
            account_name: first.row.account_name.clone(),
            cash: proposal.cash,
            without_coupons: proposal.without_coupons,
            at_least: proposal.at_least,
            unused: known.map(|coupon| ticket(coupon, String::new(), ui)).collect(),
            left_out: self.left_out,
        };
        (rows, Some(proposed))
    }

    fn row(&self, order: &ProposedOrder, ui: &Ui) -> RowFacts {
        let those: Vec<&Priced> = order.resources.iter().map(|at| &self.priced[*at]).collect();
        let first = &those[0].row;
        let quote = &order.quote;
        let name_of = |id: &String| {
            let mut offers = those.iter().flat_map(|one| &one.offers);
            offers.find(|offer| offer.id == *id).map(|offer| offer.name.clone()).unwrap_or_default()
        };
        let discount = order.choice.discount.iter().map(|id| Used {
            id: id.clone(),
            title: name_of(id),
            takes: quote.discount,
            is_coupon: false,
        });
        let coupons = order.choice.coupons.iter().map(|id| Used {
            id: id.clone(),
            title: self.coupon(id).map(|coupon| title(coupon, ui)).unwrap_or_default(),
            takes: quote
                .coupons
                .iter()
                .find(|line| line.id == *id)
                .and_then(|line| line.takes)
                .unwrap_or_default(),
            is_coupon: true,
        });
        let price = Price {
            official: those.iter().map(|one| one.row.facts.price.official).sum(),
            payable: quote.payable,
            from_balance: quote.from_balance,
        };
        let payment =
            PaidWith { discount: order.choice.discount.clone(), coupons: order.choice.coupons.clone() };
        RowFacts {
            account: first.account,
            account_name: first.account_name.clone(),
            facts: plan::Facts {
                resources: those.iter().flat_map(|one| one.row.facts.resources.clone()).collect(),
                term: first.facts.term,
                price,
                payment: Payment::Now(payment),
            },
            paid_with: discount.chain(coupons).collect(),
            charged_at: those.iter().filter_map(|one| one.row.charged_at).min(),
            is_moved: those.iter().any(|one| one.row.is_moved),
        }
    }

    fn coupon(&self, id: &str) -> Option<&Coupon> {
        self.coupons.iter().find(|coupon| coupon.coupon_id == id)
    }
}

impl Proposed {
    /// What coupons save, yuan.
    pub(super) fn saved(&self) -> Money {
        self.without_coupons - self.cash
    }

    /// By how much the least could be lower still, yuan.
    pub(super) fn gap(&self) -> Money {
        self.cash - self.at_least
    }
}

/// The discounts of the inquiries, each with what it does to every resource.
fn discounts(priced: &[Priced]) -> Vec<PlannedDiscount> {
    let mut found: Vec<PlannedDiscount> = Vec::new();
    for (at, one) in priced.iter().enumerate() {
        for offer in &one.offers {
            let Some(kind) = offer.kind else { continue };
            let place = found.iter().position(|known| known.id == offer.id).unwrap_or_else(|| {
                found.push(PlannedDiscount { id: offer.id.clone(), kind, off: vec![None; priced.len()] });
                found.len() - 1
            });
            let price = one.renewable.price;
            let ratio = offer.amount.decimal().checked_div(price.decimal());
            found[place].off[at] = Some(Off { amount: price - offer.amount, ratio });
        }
    }
    found
}

fn service_names(priced: &[Priced]) -> words::Services {
    let named = |one: &Priced| {
        let chosen = one.row.facts.resources.first()?;
        Some((one.renewable.service.clone(), chosen.chosen.shown.service.clone()))
    };
    priced.iter().filter_map(named).collect()
}

fn title(coupon: &Coupon, ui: &Ui) -> String {
    let kind = words::coupon(coupon.coupon_type, coupon.face_value, ui.locale);
    match coupon.plan_name.as_deref() {
        Some(name) if !name.is_empty() => format!("{kind} · {name}"),
        _ => kind,
    }
}

fn ticket(coupon: &Coupon, why: String, ui: &Ui) -> Ticket {
    Ticket { id: coupon.coupon_id.clone(), title: title(coupon, ui), why }
}
