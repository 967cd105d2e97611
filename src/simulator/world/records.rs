//! What changed the money of an account, told from what happened: the orders before the start, with the
//! top-ups that they imply, and the ledger since. Nothing here changes anything.

mod coupons;
mod past;
#[cfg(test)]
mod tests;

use self::past::{Entry, Why};
pub(crate) use self::{coupons::CouponChange, past::Past};
use super::{Effect, Fen, World, dice::mix, ids::Place, orders::Order, times::Millis};

/// Which account of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purse {
    Cash,
    Credit,
}

/// Which changes are asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// From a moment to before another one.
    pub(crate) window: (Millis, Millis),
    /// Whether it came in.
    pub(crate) income: Option<bool>,
    pub(crate) trade: Option<String>,
    pub(crate) trade_id: Option<String>,
    /// Any of these ways.
    pub(crate) channels: Vec<u16>,
    pub(crate) channel_no: Option<String>,
}

/// One change of the money of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) id: String,
    pub(crate) trade: &'static str,
    pub(crate) detail: &'static str,
    pub(crate) at: Millis,
    pub(crate) trade_id: String,
    /// Above zero it came in.
    pub(crate) amount: Fen,
    /// What was there then.
    pub(crate) balance: Fen,
    /// The way by which it came or went, and the number there.
    pub(crate) channel: Option<(u16, String)>,
    /// Whether it pays, or pays back, something consumed.
    pub(crate) consumption: bool,
    /// When the cycle that it belongs to was running.
    pub(crate) cycle: Millis,
    /// Whose consumption.
    pub(crate) account: usize,
    /// What was consumed, where it is one service.
    pub(crate) service: Option<u8>,
}

/// Operations whose effects are on the account's own money, whoever pays for what it buys.
const OWN_MONEY: [&str; 3] = ["update_sub_enterprise_amount", "reclaim_sub_enterprise_amount", TOP_UP];
/// Somebody puts money into an account, in the console.
pub(super) const TOP_UP: &str = "top_up";
/// The way of such money: a bank transfer.
const TRANSFER: u16 = 2;

/// A change before it is told: all that is needed to choose.
#[derive(Clone, Copy)]
enum Seen<'w> {
    Before(&'w Entry, Fen),
    Since(&'w Effect, Fen, Fen),
}

impl World {
    /// How many changes are wanted of those until a moment, and a page of them, the newest first.
    pub(crate) fn changes(
        &self,
        account: usize,
        purse: Purse,
        wanted: &Wanted,
        (as_of, offset, limit): (Millis, usize, usize),
    ) -> (usize, Vec<Change>) {
        let since = self.since(account, purse, as_of);
        let before = self.before(account, purse);
        let (from, until) = wanted.window;
        let first = before.partition_point(|entry| entry.at() < from);
        let last = before.partition_point(|entry| entry.at() < until && entry.at() <= as_of).max(first);
        let amount = |nth: usize| before[nth].balance - if nth == 0 { 0 } else { before[nth - 1].balance };
        let newest_first = since
            .into_iter()
            .rev()
            .filter(|(effect, ..)| (from..until).contains(&effect.at))
            .map(|(effect, amount, balance)| Seen::Since(effect, amount, balance))
            .chain((first..last).rev().map(|nth| Seen::Before(&before[nth], amount(nth))));
        // An order is found by its place, so that nobody has to be told to be passed over.
        let place = wanted.trade_id.as_deref().and_then(|id| {
            self.find(id).filter(|place| place.sub == 0 && self.order_id(place.account, place.index, 0) == id)
        });
        let mut total = 0;
        let mut page = Vec::new();
        for seen in newest_first {
            if !self.fits(account, purse, seen, wanted, place) {
                continue;
            }
            if (offset..offset.saturating_add(limit)).contains(&total) {
                page.push(self.told(account, purse, seen));
            }
            total += 1;
        }
        (total, page)
    }

    fn fits(
        &self,
        account: usize,
        purse: Purse,
        seen: Seen<'_>,
        wanted: &Wanted,
        place: Option<Place>,
    ) -> bool {
        let (amount, trade) = match seen {
            Seen::Before(entry, amount) => (amount, entry.why.trade()),
            Seen::Since(effect, amount, _) => (amount, trade(effect, amount).0),
        };
        if wanted.income.is_some_and(|income| income != (amount > 0))
            || wanted.trade.as_deref().is_some_and(|wanted| wanted != trade)
        {
            return false;
        }
        let any_way = wanted.channels.is_empty() && wanted.channel_no.is_none();
        if wanted.trade_id.is_none() && any_way {
            return true;
        }
        if let Seen::Before(entry, _) = seen {
            if !any_way && !entry.why.has_channel() {
                return false;
            }
            if matches!(entry.why, Why::Order | Why::Refund) {
                let here = |p: Place| p.index == entry.index && p.account == usize::from(entry.account);
                return place.is_some_and(here);
            }
        }
        let told = self.told(account, purse, seen);
        let by = |channels: &[u16]| told.channel.as_ref().is_some_and(|(id, _)| channels.contains(id));
        wanted.trade_id.as_ref().is_none_or(|id| *id == told.trade_id)
            && (wanted.channels.is_empty() || by(&wanted.channels))
            && wanted.channel_no.as_ref().is_none_or(|no| told.channel.as_ref().is_some_and(|(_, n)| n == no))
    }

    /// The effects on a purse until a moment, with what came in by each and what was there then.
    fn since(&self, account: usize, purse: Purse, as_of: Millis) -> Vec<(&Effect, Fen, Fen)> {
        let mut balance = self.at_first(account, purse);
        let mut changes = Vec::new();
        for effect in &self.ledger {
            if effect.at > as_of {
                break;
            }
            let taken = fen(match purse {
                Purse::Cash => effect.cash,
                Purse::Credit => effect.credit,
            });
            if taken == 0 || self.whose(effect) != Some(account) {
                continue;
            }
            balance -= taken;
            changes.push((effect, -taken, balance));
        }
        changes
    }

    /// What a purse held at the start.
    fn at_first(&self, account: usize, purse: Purse) -> Fen {
        let first = self.accounts[account].balances.at(Millis::MIN);
        match purse {
            Purse::Cash => first.cash,
            Purse::Credit => first.credit(),
        }
    }

    /// Whose money an effect is about.
    fn whose(&self, effect: &Effect) -> Option<usize> {
        let account = self.accounts.iter().position(|a| a.domain_id == effect.account)?;
        Some(if OWN_MONEY.contains(&effect.operation) { account } else { self.payer(account) })
    }

    fn told(&self, account: usize, purse: Purse, seen: Seen<'_>) -> Change {
        match seen {
            Seen::Before(entry, amount) => self.told_before(account, purse, *entry, amount),
            Seen::Since(effect, amount, balance) => {
                self.told_since(account, purse, effect, (amount, balance))
            }
        }
    }

    fn told_since(
        &self,
        account: usize,
        purse: Purse,
        effect: &Effect,
        (amount, balance): (Fen, Fen),
    ) -> Change {
        let (trade, detail) = trade(effect, amount);
        let service = self.find(&effect.subject).map(|p| self.order(p).service);
        let consumption = matches!(trade, "DEDEUCT" | "REFUND");
        let consumer = self.accounts.iter().position(|a| a.domain_id == effect.account);
        Change {
            id: format!("AC{}{:018}", purse.digit(), effect.seq),
            trade,
            detail,
            at: effect.at,
            trade_id: effect.subject.clone(),
            amount,
            balance,
            channel: (trade == "RECHARGE").then(|| (TRANSFER, channel_number(effect.at, effect.seq))),
            consumption,
            cycle: effect.at,
            account: consumer.unwrap_or(account),
            service: service.filter(|_| consumption),
        }
    }

    fn order(&self, place: Place) -> &Order {
        &self.accounts[place.account].orders[place.index as usize]
    }
}

impl Purse {
    fn digit(self) -> u8 {
        match self {
            Self::Cash => 1,
            Self::Credit => 2,
        }
    }
}

/// Type and detailed type of an effect that brought this in.
fn trade(effect: &Effect, amount: Fen) -> (&'static str, &'static str) {
    match effect.operation {
        "update_sub_enterprise_amount" => ("TRANS", "SOURCE_OPERATION_TRANSFER"),
        "reclaim_sub_enterprise_amount" => ("TRANS", "SOURCE_OPERATION_RETRIEVE"),
        TOP_UP => ("RECHARGE", "SOURCE_OPERATION_RECHARGE"),
        _ if amount > 0 => ("REFUND", "SOURCE_OPERAIION_UNSUBSCRIBE"),
        _ => ("DEDEUCT", "SOURCE_OPERAIION_DEDEUCT"),
    }
}

fn fen(money: crate::money::Money) -> Fen {
    i64::try_from((money.decimal() * rust_decimal::Decimal::ONE_HUNDRED).trunc().mantissa()).unwrap_or(0)
}

/// A number such as payment channels give.
fn channel_number(at: Millis, nth: u64) -> String {
    format!("{}{:010}", super::times::stamp(at), mix(nth ^ at.cast_unsigned()) % 10_000_000_000)
}
