//! What comes back of one paid term when it is unsubscribed, by Huawei's table of rules. Arithmetic only,
//! and an estimate: Huawei previews nothing, and says that a fee is kept but not how much.
//!
//! Everything is in whole fen. What is consumed, what the fee is, and what of the rest goes back to
//! flexi-purchase coupons and cards is rounded down to the fen; the cash account gets what is left over.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde::{Deserialize, Serialize};

use crate::{bss::orders::OrderLine, money::Money};

/// For so long after it was provided a new purchase comes back whole.
pub const FIVE_DAYS: TimeDelta = TimeDelta::days(5);

/// By which rule a term is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Case {
    /// A new purchase of the last five days, with quota left.
    FiveDays,
    /// It runs.
    InUse,
    /// A renewed term that has not begun.
    NotStarted,
    /// It was paid for and never provided.
    NotProvided,
    /// It is over.
    Ended,
}

/// What a term was paid with, in yuan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Paid {
    /// Vouchers.
    pub voucher: Money,
    /// Flexi-purchase coupons.
    pub flexi: Money,
    /// Stored-value cards.
    pub card: Money,
    /// From the balance.
    pub cash: Money,
}

/// When a term begins and ends, and the moment it is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// Its first moment.
    pub from: DateTime<Utc>,
    /// Its end.
    pub until: DateTime<Utc>,
    /// The moment.
    pub at: DateTime<Utc>,
}

/// What becomes of what was paid for a term, in yuan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// By which rule.
    pub case: Case,
    /// What was paid, however.
    pub paid: Money,
    /// Kept for what was used.
    pub consumed: Money,
    /// Kept as a handling fee.
    pub fee: Money,
    /// Back to the cash account.
    pub cash: Money,
    /// Back to flexi-purchase coupons.
    pub flexi: Money,
    /// Back to stored-value cards.
    pub card: Money,
    /// Back as vouchers.
    pub voucher_back: Money,
    /// Paid with vouchers that do not come back although the term is not over.
    pub voucher_lost: Money,
}

impl Paid {
    /// What a line of an order was paid with; nothing when BSS does not say what it costs.
    pub fn of(line: &OrderLine) -> Option<Self> {
        let info = line.amount_info.as_ref();
        let of = |pick: fn(&crate::bss::orders::AmountInfo) -> Option<Money>| {
            info.and_then(pick).unwrap_or_default().rounded()
        };
        let (voucher, flexi) = (of(|info| info.coupon), of(|info| info.flexipurchase_coupon));
        let card = of(|info| info.stored_card);
        let cash = (line.amount_after_discount?.rounded() - voucher - flexi - card).max(Money::ZERO);
        Some(Self { voucher, flexi, card, cash })
    }

    /// All of it.
    pub fn sum(self) -> Money {
        self.voucher + self.flexi + self.card + self.cash
    }

    /// One of so many equal parts, each instrument rounded down to the fen.
    #[must_use]
    pub fn one_of(self, parts: i64) -> Self {
        let part = |amount: Money| Money::from_fen(fen(amount) / parts.max(1));
        Self {
            voucher: part(self.voucher),
            flexi: part(self.flexi),
            card: part(self.card),
            cash: part(self.cash),
        }
    }
}

/// What comes back of a term; of what is unused, `fee_percent` is kept.
pub fn part(case: Case, paid: Paid, span: Span, fee_percent: u32) -> Part {
    let kept = Part {
        case,
        paid: paid.sum(),
        consumed: Money::ZERO,
        fee: Money::ZERO,
        cash: Money::ZERO,
        flexi: Money::ZERO,
        card: Money::ZERO,
        voucher_back: Money::ZERO,
        voucher_lost: Money::ZERO,
    };
    match case {
        Case::FiveDays | Case::NotStarted | Case::NotProvided => {
            Part { cash: paid.cash, flexi: paid.flexi, card: paid.card, voucher_back: paid.voucher, ..kept }
        }
        Case::InUse | Case::Ended => {
            // What vouchers paid is neither refunded nor reckoned as consumed.
            let real = fen(paid.flexi + paid.card + paid.cash);
            let consumed = if case == Case::Ended { real } else { used(real, span) };
            let fee = share(real - consumed, i128::from(fee_percent.min(100)), 100);
            let back = real - consumed - fee;
            let of = |amount: Money| share(back, i128::from(fen(amount)), i128::from(real.max(1)));
            let (flexi, card) = (of(paid.flexi), of(paid.card));
            Part {
                consumed: Money::from_fen(consumed),
                fee: Money::from_fen(fee),
                cash: Money::from_fen(back - flexi - card),
                flexi: Money::from_fen(flexi),
                card: Money::from_fen(card),
                voucher_lost: if case == Case::Ended { Money::ZERO } else { paid.voucher },
                ..kept
            }
        }
    }
}

impl Part {
    /// Everything that comes back, in whatever form.
    pub fn back(&self) -> Money {
        self.cash + self.flexi + self.card + self.voucher_back
    }

    /// Everything that Huawei keeps of what was paid in money.
    pub fn kept(&self) -> Money {
        self.consumed + self.fee
    }
}

/// The part of an amount that is used up, by time.
fn used(amount: i64, span: Span) -> i64 {
    let whole = (span.until - span.from).num_milliseconds().max(1);
    let gone = (span.at - span.from).num_milliseconds().clamp(0, whole);
    share(amount, gone.into(), whole.into())
}

/// So many of so many parts of an amount, rounded down.
fn share(amount: i64, parts: i128, of: i128) -> i64 {
    i64::try_from(i128::from(amount) * parts / of).unwrap_or(amount)
}

/// Whole fen.
fn fen(amount: Money) -> i64 {
    (amount.rounded().decimal() * Decimal::ONE_HUNDRED).to_i64().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn money(text: &str) -> Money {
        text.parse().expect("an amount")
    }

    fn span(days: i64, of: i64) -> Span {
        let from = DateTime::UNIX_EPOCH;
        Span { from, until: from + TimeDelta::days(of), at: from + TimeDelta::days(days) }
    }

    fn paid([voucher, flexi, card, cash]: [&str; 4]) -> Paid {
        Paid { voucher: money(voucher), flexi: money(flexi), card: money(card), cash: money(cash) }
    }

    #[test]
    fn each_case_of_the_table_keeps_and_gives_back_what_it_says() {
        use Case::{Ended, FiveDays, InUse, NotProvided, NotStarted};
        let all = paid(["100", "60", "40", "200"]);
        // Consumed, fee, cash, flexi, card, voucher back, voucher lost.
        let table = [
            (FiveDays, 1, ["0", "0", "200", "60", "40", "100", "0"]),
            (NotStarted, -3, ["0", "0", "200", "60", "40", "100", "0"]),
            (NotProvided, 0, ["0", "0", "200", "60", "40", "100", "0"]),
            // Of 300 a third is used; of the other 200 ten are the fee; 190 are given back as 200:60:40.
            (InUse, 10, ["100", "10", "126.67", "38", "25.33", "0", "100"]),
            (InUse, -1, ["0", "15", "190", "57", "38", "0", "100"]),
            (InUse, 40, ["300", "0", "0", "0", "0", "0", "100"]),
            (Ended, 40, ["300", "0", "0", "0", "0", "0", "0"]),
        ];
        for (case, day, [consumed, fee, cash, flexi, card, back, lost]) in table {
            let expected = Part {
                case,
                paid: money("400"),
                consumed: money(consumed),
                fee: money(fee),
                cash: money(cash),
                flexi: money(flexi),
                card: money(card),
                voucher_back: money(back),
                voucher_lost: money(lost),
            };
            assert_eq!(part(case, all, span(day, 30), 5), expected, "{case:?} on day {day}");
        }
    }

    #[test]
    fn what_is_kept_is_rounded_down_to_the_fen_and_what_is_left_over_is_cash() {
        let odd = part(Case::InUse, paid(["0", "0.01", "0", "0.99"]), span(1, 3), 5);
        // A third of 1.00, five per cent of 0.67, and of 0.64 one hundredth.
        assert_eq!((odd.consumed, odd.fee), (money("0.33"), money("0.03")));
        assert_eq!((odd.flexi, odd.cash), (Money::ZERO, money("0.64")));
    }

    #[test]
    fn a_line_says_what_it_was_paid_with() {
        let line: OrderLine = serde_json::from_str(
            r#"{"order_line_item_id":"1","amount_after_discount":100.5,"amount_info":{"coupon_amount":20,
                "flexipurchase_coupon_amount":"10.25","stored_card_amount":null}}"#,
        )
        .expect("a line");
        assert_eq!(Paid::of(&line), Some(paid(["20", "10.25", "0", "70.25"])));
        let free: OrderLine = serde_json::from_str(r#"{"order_line_item_id":"1"}"#).expect("a line");
        assert_eq!(Paid::of(&free), None);
    }

    proptest! {
        #[test]
        fn nothing_is_made_or_lost(
            amounts in prop::array::uniform4(0_i64..100_000_000),
            (day, of) in (-5_i64..800, 1_i64..800),
            percent in 0_u32..=100,
            case in prop::sample::select(vec![Case::FiveDays, Case::InUse, Case::NotStarted, Case::Ended]),
        ) {
            let [voucher, flexi, card, cash] = amounts.map(Money::from_fen);
            let paid = Paid { voucher, flexi, card, cash };
            let part = part(case, paid, span(day, of), percent);
            let ended = if case == Case::Ended { voucher } else { Money::ZERO };
            prop_assert_eq!(part.back() + part.kept() + part.voucher_lost + ended, paid.sum());
            prop_assert!(part.flexi <= flexi && part.card <= card && part.voucher_back <= voucher);
            for amount in [part.consumed, part.fee, part.cash, part.flexi, part.card] {
                prop_assert!(!amount.is_negative());
                prop_assert_eq!(amount, amount.rounded());
            }
        }

        #[test]
        fn later_never_gives_back_more(cash in 0_i64..100_000_000, day in 0_i64..400) {
            let paid = Paid { cash: Money::from_fen(cash), ..Paid::default() };
            let on = |day| part(Case::InUse, paid, span(day, 365), 5).back();
            prop_assert!(on(day + 1) <= on(day));
        }
    }
}
