//! The rules of the simulated BSS: accounts, orders, coupons, balances and the ledger of what
//! happened. It knows no HTTP and reads no clock; every call says what time it is.

use std::collections::{BTreeMap, HashMap};

use crate::money::Money;

pub(crate) mod balances;
pub(crate) mod bills;
pub(crate) mod cancel;
pub(crate) mod cards;
pub(crate) mod catalogue;
pub(crate) mod config;
pub(crate) mod costs;
pub(crate) mod coupons;
pub(crate) mod days;
pub(crate) mod dice;
pub(crate) mod discounts;
pub(crate) mod enterprise;
pub(crate) mod gate;
pub(crate) mod ids;
pub(crate) mod list;
pub(crate) mod months;
pub(crate) mod orders;
pub(crate) mod packages;
pub(crate) mod pay;
pub(crate) mod place;
pub(crate) mod prices;
pub(crate) mod records;
pub(crate) mod refunds;
pub(crate) mod resources;
pub(crate) mod services;
pub(crate) mod settings;
pub(crate) mod shape;
pub(crate) mod times;
pub(crate) mod usage;
pub(crate) mod view;

#[cfg(test)]
mod tests;

use balances::Balances;
use cards::Card;
use coupons::Coupon;
use enterprise::Enterprise;
use gate::Gate;
use ids::Ids;
use orders::{Live, Order};
use packages::Packages;
use records::Past;
use resources::Resources;
pub(crate) use settings::Settings;
use times::{Millis, Versions};

/// Hundredths of a yuan.
pub(crate) type Fen = i64;

/// Everything there is.
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) ids: Ids,
    pub(crate) settings: Settings,
    pub(crate) mode: Mode,
    pub(crate) accounts: Vec<Account>,
    pub(crate) ledger: Vec<Effect>,
    /// The organisation of the master: its members, and what was moved between them.
    pub(crate) enterprise: Enterprise,
    /// Bills that were worked out, for as long as they stay true.
    pub(crate) bills: bills::Views,
    /// Who is kept out, and of what.
    pub(crate) gate: Gate,
}

/// Whether repeated payments are refused, as documented, or carried out again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    Strict,
    Naive,
}

/// What an account is in its company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Master,
    Ordinary,
    /// A member whose money is in the master's custody.
    Member,
}

/// An enterprise project.
pub(crate) struct Project {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// A customer with what it owns.
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) domain_id: String,
    pub(crate) ak: String,
    pub(crate) sk: String,
    pub(crate) kind: Kind,
    /// The master that pays for this member.
    pub(crate) custodian: Option<usize>,
    /// Who places the orders.
    pub(crate) users: Vec<String>,
    pub(crate) projects: Vec<Project>,
    /// By creation, oldest first; an order's position is its name inside the program.
    pub(crate) orders: Vec<Order>,
    /// Orders that are or were open since the start, with all that can change about them.
    pub(crate) live: BTreeMap<u32, Live>,
    /// Positions of the orders that ended before the start, by status.
    pub(crate) ended: BTreeMap<u8, Vec<u32>>,
    /// What coupons paid of orders that ended before the start: vouchers and flexi-purchase coupons.
    pub(crate) coupons_paid: HashMap<u32, (Fen, Fen)>,
    pub(crate) coupons: Vec<Coupon>,
    pub(crate) balances: Versions<Balances>,
    /// What has become of its yearly/monthly resources since the start.
    pub(crate) resources: Resources,
    pub(crate) packages: Packages,
    pub(crate) cards: Vec<Card>,
    /// What changed its money before the start.
    pub(crate) past: Past,
}

/// Who made something happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Doer {
    /// A signed request.
    Api,
    /// A person in Huawei's own console.
    Console,
    /// BSS by itself.
    System,
}

/// Why and when something happens.
#[derive(Debug, Clone)]
pub(crate) struct Cause {
    pub(crate) at: Millis,
    pub(crate) request_id: String,
    pub(crate) actor: Doer,
}

/// Something that happened: the truth that tests compare everything else with.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub(crate) struct Effect {
    pub(crate) seq: u64,
    #[serde(serialize_with = "times::as_text")]
    pub(crate) at: Millis,
    pub(crate) account: String,
    pub(crate) operation: &'static str,
    pub(crate) subject: String,
    /// What was taken from the balances; negative when money came back.
    pub(crate) amount: Money,
    pub(crate) request_id: String,
    pub(crate) actor: Doer,
    pub(crate) cash: Money,
    pub(crate) credit: Money,
    pub(crate) coupons: Vec<Spent>,
}

/// What an effect took from a coupon or a stored-value card.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub(crate) struct Spent {
    pub(crate) coupon_id: String,
    pub(crate) amount: Money,
}

/// BSS says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

/// A refusal with the usual status 400.
pub(crate) fn refuse(code: &'static str, message: impl Into<String>) -> Refusal {
    Refusal { status: 400, code, message: message.into() }
}

impl World {
    /// The account with this id or name.
    pub(crate) fn account(&self, id_or_name: &str) -> Option<usize> {
        self.accounts.iter().position(|a| a.domain_id == id_or_name || a.name == id_or_name)
    }

    /// Whose key this is.
    pub(crate) fn key_holder(&self, ak: &str) -> Option<usize> {
        self.accounts.iter().position(|a| a.ak == ak)
    }

    /// Lets happen what happens by itself until a moment: automatic renewals, above all. Called before
    /// anything else happens, and again with the same moments when a written world is made anew.
    pub(crate) fn catch_up(&mut self, now: Millis) {
        // A part of a credit line ends in its turn, whenever somebody looks next.
        while let Some(end) = self.next_end_of_credit(now) {
            self.renew_automatically(end - 1);
            self.end_credit(end);
        }
        self.renew_automatically(now);
    }

    /// Whose money pays for what this account buys.
    pub(crate) fn payer(&self, account: usize) -> usize {
        self.accounts[account].custodian.unwrap_or(account)
    }

    fn record(
        &mut self,
        cause: &Cause,
        account: usize,
        operation: &'static str,
        subject: &str,
    ) -> &mut Effect {
        let seq = self.ledger.len() as u64 + 1;
        self.ledger.push(Effect {
            seq,
            at: cause.at,
            account: self.accounts[account].domain_id.clone(),
            operation,
            subject: subject.to_owned(),
            amount: Money::ZERO,
            request_id: cause.request_id.clone(),
            actor: cause.actor,
            cash: Money::ZERO,
            credit: Money::ZERO,
            coupons: Vec::new(),
        });
        self.ledger.last_mut().expect("just pushed")
    }
}
