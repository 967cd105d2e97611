//! Units of measure and how they convert (api-oce, 查询度量单位列表 and 查询度量单位进制). A conversion is a fraction
//! of whole numbers, so that no amount passes through a float.

use std::collections::{HashMap, VecDeque};

use rust_decimal::Decimal;

use super::super::{
    Error, Reader,
    codes::MeasureType,
    read::{Ask, ReadOperation},
    record::{Record, record},
};
use crate::i18n::Locale;

pub(super) const UNITS: ReadOperation = ReadOperation {
    id: "list_measure_units",
    method: "GET",
    path: "/v2/bases/measurements",
    per_second: 10,
    answer: UnitsAnswer::FIELDS,
};
pub(super) const CONVERSIONS: ReadOperation = ReadOperation {
    id: "list_conversions",
    method: "GET",
    path: "/v2/bases/conversions",
    per_second: 10,
    answer: ConversionsAnswer::FIELDS,
};

record! {
    /// A unit of measure.
    pub struct MeasureUnit {
        /// Its id. Traffic and capacity have a GB each: 10 and 17.
        pub measure_id: i32,
        /// Its name in the language asked for.
        pub measure_name: Option<String>,
        /// Its name for short.
        pub abbreviation: Option<String>,
        /// What it measures.
        pub measure_type: Option<MeasureType>,
    }

    /// `1 measure_id = conversion_ratio ref_measure_id`.
    #[derive(PartialEq, Eq)]
    pub struct Conversion {
        /// The unit of which one is converted.
        pub measure_id: i32,
        /// The unit into which it is converted.
        pub ref_measure_id: i32,
        /// How many of them it is.
        pub conversion_ratio: u64,
        /// What both measure.
        pub measure_type: Option<MeasureType>,
    }
}

record! {
    struct UnitsAnswer {
        measure_units: Vec<MeasureUnit>,
    }

    struct ConversionsAnswer {
        conversions: Vec<Conversion>,
    }
}

/// The dictionary of conversions, which answers for both directions and through units in between.
#[derive(Debug, Clone, Default)]
pub struct Conversions {
    /// For each unit the units that it is so many times, or so many parts, of.
    from: HashMap<i32, Vec<(i32, Ratio)>>,
}

/// How many of one unit another is: a fraction without a common divisor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ratio {
    times: u64,
    parts: u64,
}

impl Ratio {
    /// The same.
    pub const ONE: Self = Self { times: 1, parts: 1 };

    /// `value` in the other unit, where a decimal can say it exactly: 90 minutes are 1.5 hours, but one
    /// minute has no exact number of hours.
    pub fn exactly(self, value: Decimal) -> Option<Decimal> {
        let times = value.checked_mul(self.times.into())?;
        let converted = times.checked_div(self.parts.into())?;
        (converted.checked_mul(self.parts.into())? == times).then(|| converted.normalize())
    }

    /// `value` in the other unit with 28 digits, the last one rounded; `None` where it has more before the
    /// point.
    pub fn nearly(self, value: Decimal) -> Option<Decimal> {
        value.checked_mul(self.times.into())?.checked_div(self.parts.into())
    }

    /// The other direction.
    #[must_use]
    pub const fn back(self) -> Self {
        Self { times: self.parts, parts: self.times }
    }

    /// This one and then another.
    fn and(self, other: Self) -> Option<Self> {
        let times = u128::from(self.times) * u128::from(other.times);
        let parts = u128::from(self.parts) * u128::from(other.parts);
        let common = common_divisor(times, parts);
        Some(Self { times: (times / common).try_into().ok()?, parts: (parts / common).try_into().ok()? })
    }
}

fn common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

impl Conversions {
    /// The dictionary of these rows. A ratio of 0 converts nothing.
    pub fn new(rows: &[Conversion]) -> Self {
        let mut from: HashMap<i32, Vec<(i32, Ratio)>> = HashMap::new();
        for row in rows.iter().filter(|row| row.conversion_ratio > 0) {
            let ratio = Ratio { times: row.conversion_ratio, parts: 1 };
            from.entry(row.measure_id).or_default().push((row.ref_measure_id, ratio));
            from.entry(row.ref_measure_id).or_default().push((row.measure_id, ratio.back()));
        }
        Self { from }
    }

    /// How one unit converts into another, by as few steps as there may be; `None` where they do not measure
    /// the same.
    pub fn ratio(&self, from: i32, to: i32) -> Option<Ratio> {
        let mut reached = HashMap::from([(from, Ratio::ONE)]);
        let mut next = VecDeque::from([from]);
        while let Some(unit) = next.pop_front() {
            let so_far = reached[&unit];
            if unit == to {
                return Some(so_far);
            }
            for (other, ratio) in self.from.get(&unit).into_iter().flatten() {
                if !reached.contains_key(other)
                    && let Some(whole) = so_far.and(*ratio)
                {
                    reached.insert(*other, whole);
                    next.push_back(*other);
                }
            }
        }
        None
    }

    /// `value` of one unit in another, where that is exact.
    pub fn convert(&self, value: Decimal, from: i32, to: i32) -> Option<Decimal> {
        self.ratio(from, to)?.exactly(value)
    }
}

impl Reader {
    /// All units of measure (`list_measure_units`).
    pub async fn measure_units(&self, locale: Locale) -> Result<Vec<MeasureUnit>, Error> {
        let answer: UnitsAnswer = self.ask(Ask::of(&UNITS).in_language(locale)).await?;
        Ok(answer.measure_units)
    }

    /// The conversions of units of a type, or all of them (`list_conversions`). BSS refuses types that have
    /// none, such as lengths (CBC.0100). The language is reserved; the answer has no names.
    pub async fn conversions(
        &self,
        measure_type: Option<MeasureType>,
        locale: Locale,
    ) -> Result<Vec<Conversion>, Error> {
        let ask = Ask::of(&CONVERSIONS).with("measure_type", measure_type.map(MeasureType::code));
        let answer: ConversionsAnswer = self.ask(ask.in_language(locale)).await?;
        Ok(answer.conversions)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::dec;

    use super::*;

    fn row(measure_id: i32, ref_measure_id: i32, conversion_ratio: u64) -> Conversion {
        Conversion { measure_id, ref_measure_id, conversion_ratio, measure_type: None }
    }

    fn some() -> Conversions {
        Conversions::new(&[row(9, 10, 1024), row(10, 11, 1024), row(4, 5, 60), row(5, 6, 60), row(1, 2, 0)])
    }

    #[test]
    fn units_convert_in_both_directions_and_through_others() {
        let all = some();
        assert_eq!(all.convert(dec!(1.5), 10, 11), Some(dec!(1536)));
        assert_eq!(all.convert(dec!(512), 11, 10), Some(dec!(0.5)));
        assert_eq!(all.convert(dec!(2), 9, 11), Some(dec!(2097152)));
        assert_eq!(all.convert(dec!(90), 5, 4), Some(dec!(1.5)));
        assert_eq!(all.convert(dec!(7), 3, 3), Some(dec!(7)), "a unit is itself");
        assert_eq!(all.ratio(10, 17), None);
        assert_eq!(all.ratio(1, 2), None, "a ratio of 0 converts nothing");
    }

    #[test]
    fn what_is_not_exact_is_not_said_to_be() {
        let ratio = some().ratio(5, 4).expect("minutes are hours");
        assert_eq!(ratio.exactly(dec!(1)), None);
        let nearly = ratio.nearly(dec!(1)).expect("it fits");
        assert!((nearly - dec!(0.0166666666666666666666666667)).abs() < dec!(1e-27));
        assert_eq!(ratio.back().exactly(dec!(1)), Some(dec!(60)));
        assert_eq!(some().ratio(9, 10).and_then(|r| r.exactly(Decimal::MAX)), None);
    }

    proptest! {
        #[test]
        fn there_and_back_is_where_one_was(value in 0_i64..1_000_000_000_000, scale in 0_u32..6) {
            let value = Decimal::new(value, scale);
            for (from, to) in [(9, 11), (4, 6), (10, 11), (4, 5)] {
                let there = some().convert(value, from, to).expect("a whole number of times");
                prop_assert_eq!(some().convert(there, to, from), Some(value.normalize()));
            }
        }
    }
}
