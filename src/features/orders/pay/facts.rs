//! What a payment is decided upon, as it was read and shown: the form carries it sealed, and the same
//! rules are applied to it when the form comes back. It asks nobody.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    texts::Texts,
    view::{Bought, bought},
};
use crate::{
    bss::{coupons::Coupon, orders::OrderDetail},
    features::orders::standing::{self, Found},
    identity::access::AccountId,
    money::Money,
    payments::{
        Live,
        pay_order::{PayOrder, Shown},
        rules::{self, Line, Offer, Quote, Why},
    },
    web::{
        Ui,
        coupons::{self as words, Services},
        shown::ReadAt,
    },
};

/// Lines shown on the page; the order's own page has all.
const LINES: usize = 20;

/// Everything that a payment is decided upon, all of it read, in the words in which it was shown.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Facts {
    /// The account that has the order.
    pub(super) account: AccountId,
    pub(super) order: Bare,
    /// What the rules are applied to.
    pub(super) offer: Offer,
    /// The earmarked part of the cash.
    pub(super) earmarked: Option<Money>,
    pub(super) credit: Option<Money>,
    /// The names of its services, by code.
    pub(super) services: Vec<(String, String)>,
    /// The account's other coupons, which the form does not carry: they only explain.
    #[serde(skip)]
    pub(super) others: Others,
    pub(super) at: DateTime<Utc>,
}

/// What is shown of the order itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Bare {
    pub(super) lede: String,
    pub(super) service: String,
    pub(super) official: Money,
    pub(super) created_at: DateTime<Utc>,
    pub(super) pay_until: Option<DateTime<Utc>>,
    pub(super) lines: Vec<Bought>,
    /// How many more there are.
    pub(super) more_lines: usize,
}

/// Coupons of the account that Huawei does not list for the order.
#[derive(Debug, Default)]
pub(super) enum Others {
    /// They were shown before, and not brought back.
    #[default]
    NotBrought,
    /// They could not be read.
    Unread,
    /// Each with why it cannot pay.
    Read(Vec<(Coupon, Why)>),
}

impl ReadAt for Facts {
    fn read_at(&self) -> DateTime<Utc> {
        self.at
    }
}

impl Bare {
    /// Of an order that was read.
    pub(super) fn of(detail: &OrderDetail, found: &Found, ui: &Ui) -> Self {
        let order = &detail.order.item;
        let service = standing::service(detail, found, ui.locale);
        let mut lines = bought(detail, ui);
        let more_lines = lines.len().saturating_sub(LINES);
        lines.truncate(LINES);
        Self {
            lede: format!("{} · {service}", order.order_type.name(ui.locale)),
            service,
            official: order.official_amount.unwrap_or_default(),
            created_at: order.create_time,
            pay_until: order.pending_payment_end_time,
            lines,
            more_lines,
        }
    }
}

impl Facts {
    /// The facts, if all that matters was read.
    pub(super) fn of(live: Live, found: &Found, ui: &Ui) -> Option<Self> {
        let Live { order, coupons, discounts, balances, all_coupons, at } = live;
        let (detail, coupons, discounts, balances) =
            (order.ok()?, coupons.ok()?, discounts.ok()?, balances.ok()?);
        let offer = Offer::of(&detail.order.item, coupons, discounts, &balances);
        let mut services: Vec<(String, String)> = Vec::new();
        for line in detail.lines.iter().map(|line| &line.item) {
            if let (Some(code), Some(name)) = (&line.service_type_code, &line.service_type_name)
                && !services.iter().any(|(known, _)| known == code)
            {
                services.push((code.clone(), name.clone()));
            }
        }
        Some(Self {
            account: found.account,
            order: Bare::of(&detail, found, ui),
            earmarked: balances.cash().and_then(|cash| cash.designated).filter(|part| !part.is_zero()),
            credit: balances.credit().map(|credit| credit.amount),
            services,
            others: all_coupons
                .map_or(Others::Unread, |all| Others::Read(rules::others(all, &detail, &offer, at))),
            offer,
            at,
        })
    }

    /// The order where it was found.
    pub(super) fn found(&self, account_name: &str) -> Found {
        Found {
            order_id: self.offer.order_id.clone(),
            account: self.account,
            account_name: account_name.to_owned(),
            service: self.order.service.clone(),
        }
    }

    /// What was shown, for the form to bring back.
    pub(super) fn seen(&self, quote: &Quote) -> Seen {
        let chosen = |line: &&Line| line.chosen && !line.id.is_empty();
        let coupon = |line: &Line| {
            let coupon = self.offer.coupons.iter().find(|coupon| coupon.coupon_id == line.id)?;
            Some((line.id.clone(), coupon.left()))
        };
        Seen {
            official: self.order.official,
            after_discount: self.offer.after_discount,
            payable: quote.payable,
            from_balance: quote.from_balance,
            pay_until: self.order.pay_until,
            coupons: quote.coupons.iter().filter(chosen).filter_map(coupon).collect(),
            discount: quote
                .discounts
                .iter()
                .find(chosen)
                .map(|line| (line.id.clone(), line.takes.unwrap_or_default())),
        }
    }

    /// What is handed to the journal. Only for a valid quote.
    pub(super) fn confirmed(&self, quote: &Quote, reason: String) -> PayOrder {
        let shown = Shown {
            service: self.order.service.clone(),
            created_at: self.order.created_at,
            pay_until: self.order.pay_until,
        };
        PayOrder::of(&self.offer, quote, (self.order.official, shown), reason)
    }
}

/// What the page showed of a choice. The form brings it back to be compared with what the choice comes
/// to then; it decides nothing else.
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
