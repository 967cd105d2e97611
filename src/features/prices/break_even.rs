//! From when on a term is cheaper than use by the hour. Pure: it knows neither Huawei nor time.

use rust_decimal::Decimal;

/// The hours of a day.
const HOURS: u32 = 24;

/// A term: what it costs, and how long it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offered {
    /// What is paid for all of it, yuan.
    pub price: Decimal,
    /// Its months.
    pub months: u32,
    /// Its days.
    pub days: u32,
}

/// From when on the term is cheaper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakEven {
    /// With at least so many whole hours of use in each of its months.
    pub hours_a_month: u32,
    /// From this day of use around the clock on.
    pub day: u32,
}

/// From when on a term is cheaper than use at `per_hour` yuan; none where even use around the clock to its end
/// costs no more.
pub fn break_even(per_hour: Decimal, term: Offered) -> Option<BreakEven> {
    if term.months == 0 || per_hour <= Decimal::ZERO {
        return None;
    }
    let a_day = per_hour.checked_mul(HOURS.into())?;
    let day = least_above(a_day, term.price)?;
    if day > term.days {
        return None;
    }
    let hours_a_month = least_above(per_hour.checked_mul(term.months.into())?, term.price)?;
    Some(BreakEven { hours_a_month, day })
}

/// The least whole number of times that `step` is more than `price`.
fn least_above(step: Decimal, price: Decimal) -> Option<u32> {
    let mut times = price.checked_div(step)?.floor();
    // The quotient may be rounded up to the next whole number.
    if step.checked_mul(times)? > price {
        times -= Decimal::ONE;
    }
    (times + Decimal::ONE).max(Decimal::ZERO).try_into().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::dec;

    use super::*;

    /// The same by trying every hour and every day.
    fn tried(per_hour: Decimal, term: Offered) -> Option<BreakEven> {
        let day = (1..=term.days).find(|day| per_hour * Decimal::from(day * HOURS) > term.price)?;
        let hours =
            (0..=HOURS * term.days).find(|hours| per_hour * Decimal::from(hours * term.months) > term.price);
        Some(BreakEven { hours_a_month: hours?, day })
    }

    #[test]
    fn a_month_of_a_server_pays_off_in_its_third_week() {
        let month = Offered { price: dec!(235.80), months: 1, days: 31 };
        // 0.49 x 481 = 235.69 and 0.49 x 482 = 236.18; 20 days cost 235.20.
        assert_eq!(break_even(dec!(0.49), month), Some(BreakEven { hours_a_month: 482, day: 21 }));
    }

    #[test]
    fn the_same_price_is_not_cheaper() {
        let day = Offered { price: dec!(24), months: 1, days: 1 };
        assert_eq!(break_even(dec!(1), day), None, "use to the end costs as much");
        let two = Offered { days: 2, ..day };
        assert_eq!(break_even(dec!(1), two), Some(BreakEven { hours_a_month: 25, day: 2 }));
    }

    #[test]
    fn what_costs_nothing_by_the_hour_is_never_dearer() {
        assert_eq!(break_even(dec!(0), Offered { price: dec!(1), months: 1, days: 31 }), None);
        assert_eq!(
            break_even(Decimal::MAX, Offered { price: dec!(1), months: 3, days: 31 }),
            None,
            "it does not fit"
        );
    }

    proptest! {
        #[test]
        fn it_is_what_trying_finds(
            hour in 0_i64..30_000, scale in 2_u32..6, price in 0_i64..2_000_000,
            months in prop::sample::select(vec![1_u32, 2, 3, 7, 11, 12, 24]),
        ) {
            let term = Offered { price: Decimal::new(price, 2), months, days: months * 61 / 2 };
            let per_hour = Decimal::new(hour, scale);
            prop_assert_eq!(break_even(per_hour, term), tried(per_hour, term));
        }
    }
}
