//! The income and expense before the start: what orders took and gave back, and the top-ups without
//! which they could not have been paid, so that the balance is never below zero and ends as it is.

use std::sync::OnceLock;

use super::{
    super::{
        Fen, World,
        days::months_after,
        dice::{Dice, mix},
        ids::Place,
        months::Month,
        orders::Order,
        times::{DAY, HOUR, MINUTE, Millis},
    },
    Change, Purse, channel_number,
};

/// What changed an account's money before the start; worked out when somebody asks.
#[derive(Debug, Default)]
pub(crate) struct Past {
    pub(crate) start: Millis,
    cash: OnceLock<Vec<Entry>>,
    credit: OnceLock<Vec<Entry>>,
}

/// A change in few bytes; its amount is what the balance differs by from the entry before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    seconds: u32,
    /// Position of the order, or a number for what is none.
    pub(super) index: u32,
    /// Whose order.
    pub(super) account: u8,
    pub(super) why: Why,
    pub(super) balance: Fen,
}

/// Why it changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    Order,
    Refund,
    TopUp,
    Withdrawal,
    /// The credit was granted.
    Grant,
    /// What was used by the hour was paid at the end of the month.
    Usage,
    /// Used credit was paid back.
    Repayment,
}

/// By which ways top-ups come, one after another.
const WAYS: [u16; 6] = [2, 1, 2, 5, 317, 319];
/// By which way money is withdrawn.
const WITHDRAWAL: u16 = 6;
/// How long credit has been granted.
const MONTHS: u32 = 35;

impl Past {
    /// A past that ends at the start.
    pub(crate) fn until(start: Millis) -> Self {
        Self { start, ..Self::default() }
    }
}

impl Entry {
    pub(super) fn at(&self) -> Millis {
        Millis::from(self.seconds) * 1_000
    }
}

impl Why {
    pub(super) fn trade(self) -> &'static str {
        match self {
            Self::Order | Self::Usage => "DEDEUCT",
            Self::Refund => "REFUND",
            Self::TopUp | Self::Repayment => "RECHARGE",
            Self::Withdrawal => "RFROZEN",
            Self::Grant => "ADJUST",
        }
    }

    pub(super) fn has_channel(self) -> bool {
        matches!(self, Self::TopUp | Self::Repayment | Self::Withdrawal)
    }

    fn detail(self) -> &'static str {
        match self {
            Self::Order => "SOURCE_OPERAIION_DEDEUCT",
            Self::Usage => "SOURCE_OPERAIION_USAGE",
            Self::Refund => "SOURCE_OPERAIION_UNSUBSCRIBE",
            Self::TopUp => "SOURCE_OPERATION_RECHARGE",
            Self::Repayment => "SOURCE_OPERAIION_WRITEOFF",
            Self::Withdrawal => "SOURCE_OPERAIION_RFROZEN",
            Self::Grant => "SOURCE_OPERATION_ADJUST",
        }
    }
}

impl World {
    /// The changes of a purse before the start, the oldest first.
    pub(super) fn before(&self, account: usize, purse: Purse) -> &[Entry] {
        let past = &self.accounts[account].past;
        match purse {
            Purse::Cash => past.cash.get_or_init(|| self.cash_before(account)),
            Purse::Credit => past.credit.get_or_init(|| self.credit_before(account)),
        }
    }

    fn cash_before(&self, account: usize) -> Vec<Entry> {
        let mut flows = Vec::new();
        for owner in (0..self.accounts.len()).filter(|owner| self.payer(*owner) == account) {
            self.flows_before(owner, &mut flows);
        }
        flows.sort_unstable_by_key(|(entry, _)| (entry.seconds, entry.account, entry.index));
        let end = self.at_first(account, Purse::Cash);
        with_top_ups(&flows, end, self.accounts[account].past.start)
    }

    /// What the orders of an account that were paid before the start took from cash, or gave back.
    fn flows_before(&self, owner: usize, flows: &mut Vec<(Entry, Fen)>) {
        let account = &self.accounts[owner];
        let start = account.past.start;
        for (index, order) in (0..account.made_by(start)).zip(&account.orders) {
            let (at, amount) = match account.live.get(&index) {
                Some(live) => match &live.payment {
                    // What is paid in the moment of the start stands in the ledger.
                    Some(payment) if payment.at < start => (payment.at, -payment.cash),
                    _ => continue,
                },
                None => match order.paid_at() {
                    Some(at) => (at.min(start), self.flow(owner, index, order)),
                    None => continue,
                },
            };
            let why = if amount < 0 { Why::Order } else { Why::Refund };
            if amount != 0 {
                flows.push((entry(at, index, owner, why), amount));
            }
        }
    }

    fn flow(&self, owner: usize, index: u32, order: &Order) -> Fen {
        let price = Fen::from(order.after);
        if order.refunds() {
            return price;
        }
        let (vouchers, flexi) = self.accounts[owner].coupons_paid.get(&index).copied().unwrap_or_default();
        vouchers + flexi - price
    }

    /// Credit is granted once; since then each month uses some, and the next pays it back.
    fn credit_before(&self, account: usize) -> Vec<Entry> {
        let start = self.accounts[account].past.start;
        let first = *self.accounts[account].balances.at(Millis::MIN);
        let mut entries = Vec::new();
        if first.credit_limit == 0 || start == 0 {
            return entries;
        }
        let mut dice = Dice::new(self.seed ^ 0x00C2_ED17 ^ ((account as u64) << 32));
        let begin = Month::of(Month::of(start).begins() - i64::from(MONTHS) * 30 * DAY).begins();
        let mut add = |at: Millis, why: Why, balance: Fen| {
            let nth = u32::try_from(entries.len()).unwrap_or(u32::MAX);
            entries.push(Entry { balance, ..entry(at, nth, account, why) });
        };
        add(begin + 10 * HOUR, Why::Grant, first.credit_limit);
        for month in 1.. {
            let charged = months_after(begin, month) + 2 * DAY + 2 * HOUR;
            let last = months_after(begin, month + 1) + 2 * DAY + 2 * HOUR >= start;
            let used = if last {
                first.credit_limit - first.credit()
            } else {
                first.credit_limit / 1_000 * (50 + dice.roll(200).cast_signed()) / 1_000 * 1_000 + 45
            };
            if charged >= start {
                break;
            }
            add(charged, Why::Usage, first.credit_limit - used);
            if last {
                break;
            }
            add(charged + 17 * DAY + 8 * HOUR, Why::Repayment, first.credit_limit);
        }
        entries
    }

    pub(super) fn told_before(&self, account: usize, purse: Purse, entry: Entry, amount: Fen) -> Change {
        let owner = usize::from(entry.account);
        let at = entry.at();
        let of_order = matches!(entry.why, Why::Order | Why::Refund);
        let number = u64::from(entry.index) ^ ((account as u64) << 40);
        let way = match entry.why {
            Why::TopUp => Some(WAYS[entry.index as usize % WAYS.len()]),
            Why::Repayment => Some(WAYS[0]),
            Why::Withdrawal => Some(WITHDRAWAL),
            _ => None,
        };
        // What is charged in the first days of a month was used in the month before.
        let cycle = if entry.why == Why::Usage { Month::of(at).begins() - DAY } else { at };
        let trade_id = match entry.why {
            _ if of_order => self.order_id(owner, entry.index, 0),
            Why::Usage => format!("BILL{}", Month::of(cycle).text().replace('-', "")),
            _ => format!("TR{:016}", mix(number ^ self.seed) % 10_000_000_000_000_000),
        };
        let place = Place { account: owner, index: entry.index, sub: 0 };
        Change {
            id: if of_order {
                format!("AC{}{trade_id}", purse.digit())
            } else {
                format!("AC{}H{account:02}{:08}", purse.digit(), entry.index)
            },
            trade: entry.why.trade(),
            detail: entry.why.detail(),
            at,
            trade_id,
            amount,
            balance: entry.balance,
            channel: way.map(|way| (way, channel_number(at, number))),
            consumption: of_order || entry.why == Why::Usage,
            cycle,
            account: owner,
            service: of_order.then(|| self.order(place).service),
        }
    }
}

fn entry(at: Millis, index: u32, account: usize, why: Why) -> Entry {
    Entry {
        seconds: u32::try_from(at / 1_000).unwrap_or(u32::MAX),
        index,
        account: u8::try_from(account).unwrap_or(u8::MAX),
        why,
        balance: 0,
    }
}

/// The flows with their balances, and a top-up of a round amount before each payment that the balance
/// would not have sufficed for. The last entry brings the balance to its end.
fn with_top_ups(flows: &[(Entry, Fen)], end: Fen, start: Millis) -> Vec<Entry> {
    let round = if end < 1_000_000 { 100_000 } else { 1_000_000 };
    let mut entries: Vec<Entry> = Vec::with_capacity(flows.len() + 16);
    let (mut balance, mut top_ups, mut last) = (0, 0, 0);
    for (flow, amount) in flows {
        if balance + amount < 0 {
            let missing = -(balance + amount);
            balance += (missing + round - 1) / round * round;
            let early = 20 * MINUTE + (mix(u64::from(flow.index)) % 90).cast_signed() * MINUTE;
            let at = (flow.at() - early).max(last);
            entries.push(Entry { balance, ..entry(at, top_ups, usize::from(flow.account), Why::TopUp) });
            top_ups += 1;
        }
        balance += amount;
        last = flow.at();
        entries.push(Entry { balance, ..*flow });
    }
    if balance != end {
        let why = if balance < end { Why::TopUp } else { Why::Withdrawal };
        let at = (last + MINUTE).max(start - 30 * HOUR).min(start.max(last));
        let account = flows.first().map_or(0, |(flow, _)| usize::from(flow.account));
        entries.push(Entry { balance: end, ..entry(at, top_ups, account, why) });
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(seconds: u32, index: u32, amount: Fen) -> (Entry, Fen) {
        let why = if amount < 0 { Why::Order } else { Why::Refund };
        (Entry { seconds, index, account: 0, why, balance: 0 }, amount)
    }

    #[test]
    fn nothing_is_paid_without_money_and_the_last_balance_is_the_one_at_the_end() {
        let flows = [
            flow(90_000, 0, -250_000),
            flow(95_000, 1, -30_000),
            flow(99_000, 2, 800_000),
            flow(99_500, 3, -1),
        ];
        for end in [0, 523_040, 9_000_000] {
            let entries = with_top_ups(&flows, end, 200_000_000);
            assert!(entries.iter().all(|entry| entry.balance >= 0), "{entries:?}");
            assert!(entries.is_sorted_by_key(|entry| entry.seconds), "{entries:?}");
            assert_eq!(entries.last().map(|entry| entry.balance), Some(end));
        }
        assert!(with_top_ups(&[], 0, 100_000_000).is_empty());
    }
}
