//! Huawei's units of measure: what they are called, how they convert, and in which one an amount is best read.
//! An amount is never rounded without saying so, and none passes through a float.

mod job;
mod store;

use std::{collections::BTreeMap, fmt};

use rust_decimal::{Decimal, RoundingStrategy};
use sqlx::PgPool;

pub use self::job::{JOB, ReadUnits};
use crate::{
    bss::products::{Conversion, Conversions},
    i18n::Locale,
};

/// The most decimals of an amount that was converted for reading.
const DECIMALS: u32 = 2;
/// The most decimals of an amount that had to be rounded.
const ROUNDED_TO: u32 = 3;

/// A unit of measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// BSS's id; 10 is GB of traffic and 17 GB of space.
    pub id: i32,
    /// What it measures, by BSS's code (`measure_type`).
    pub kind: i32,
    /// Its name in Chinese.
    pub zh: String,
    /// Its name in English.
    pub en: String,
}

/// The dictionary of units, as it was last read from BSS (`list_measure_units`, `list_conversions`).
#[derive(Debug, Clone, Default)]
pub struct Units {
    units: BTreeMap<i32, Unit>,
    conversions: Conversions,
}

/// An amount as people read it: `2.5 GB`, or `≈ 2.333 TB` where it had to be rounded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantity {
    /// The number, with thousands separators.
    pub number: String,
    /// The unit's name; empty where BSS gave no unit.
    pub unit: String,
    /// Whether the number is exactly the amount.
    pub is_exact: bool,
}

impl Units {
    /// The dictionary as it is stored; empty until [`ReadUnits`] has run once.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn known(db: &PgPool) -> sqlx::Result<Self> {
        Ok(Self::new(store::units(db).await?, &store::conversions(db).await?))
    }

    /// The dictionary of these rows.
    pub fn new(units: Vec<Unit>, conversions: &[Conversion]) -> Self {
        Self {
            units: units.into_iter().map(|unit| (unit.id, unit)).collect(),
            conversions: Conversions::new(conversions),
        }
    }

    /// Whether nothing has been read yet.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// Every unit, by id.
    pub fn all(&self) -> impl Iterator<Item = &Unit> {
        self.units.values()
    }

    /// The unit with this id.
    pub fn get(&self, id: i32) -> Option<&Unit> {
        self.units.get(&id)
    }

    /// What the unit with this id is called; the id itself where it is not known.
    pub fn name(&self, id: i32, locale: Locale) -> String {
        match self.get(id) {
            Some(unit) => locale.pick(&unit.zh, &unit.en).clone(),
            None => Texts(locale).unknown(id),
        }
    }

    /// `amount` of one unit in another, where a decimal can say that exactly.
    pub fn convert(&self, amount: Decimal, from: i32, to: i32) -> Option<Decimal> {
        self.conversions.convert(amount, from, to)
    }

    /// `amount` in the unit in which it is best read: the largest of which it is one or more with at most two
    /// decimals, exactly. Where there is none, it stays in its own unit.
    pub fn readable(&self, amount: Decimal, unit: i32, locale: Locale) -> Quantity {
        let best = self.best(&[amount], unit);
        self.said(amount, (unit, best), locale)
    }

    /// Amounts of one unit, all in the one in which they are best read together.
    pub fn together<const N: usize>(
        &self,
        amounts: [Decimal; N],
        unit: i32,
        locale: Locale,
    ) -> [Quantity; N] {
        let best = self.best(&amounts, unit);
        amounts.map(|amount| self.said(amount, (unit, best), locale))
    }

    /// The unit for these amounts, of which the largest is looked at for the size.
    fn best(&self, amounts: &[Decimal], unit: i32) -> i32 {
        let most = amounts.iter().map(Decimal::abs).max().unwrap_or_default();
        if most.is_zero() {
            return unit;
        }
        let candidates = self.units.keys().filter_map(|other| {
            let ratio = self.conversions.ratio(unit, *other)?;
            let short = |amount: &Decimal| {
                let decimals = if *other == unit { ROUNDED_TO } else { DECIMALS };
                ratio.exactly(*amount).is_some_and(|amount| amount.scale() <= decimals)
            };
            let most = ratio.exactly(most)?;
            (amounts.iter().all(short) && most >= Decimal::ONE).then_some((most, *other))
        });
        candidates.min().map_or(unit, |(_, other)| other)
    }

    fn said(&self, amount: Decimal, (from, to): (i32, i32), locale: Locale) -> Quantity {
        let amount = self.convert(amount, from, to).unwrap_or(amount);
        let unit = self.name(to, locale);
        let short = amount.normalize();
        if short.scale() <= ROUNDED_TO {
            return Quantity { number: grouped(short), unit, is_exact: true };
        }
        // What is not nothing must not read as nothing: small amounts keep what they have.
        let rounded = amount.round_dp_with_strategy(ROUNDED_TO, RoundingStrategy::MidpointAwayFromZero);
        if rounded.is_zero() {
            return Quantity { number: grouped(short), unit, is_exact: true };
        }
        Quantity { number: grouped(rounded.normalize()), unit, is_exact: false }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_exact {
            f.write_str("≈ ")?;
        }
        f.write_str(&self.number)?;
        if self.unit.is_empty() { Ok(()) } else { write!(f, " {}", self.unit) }
    }
}

/// A decimal with thousands separators before its point.
pub fn grouped(number: Decimal) -> String {
    let text = number.abs().to_string();
    let (whole, rest) =
        text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let mut out = String::from(if number.is_sign_negative() && !number.is_zero() { "-" } else { "" });
    for (at, digit) in whole.char_indices() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(rest) = rest {
        out.push('.');
        out.push_str(rest);
    }
    out
}

crate::texts! {
    /// Texts about units.
    pub struct Texts {
        unknown(id: i32): "单位 {id}", "unit {id}";
    }
}

#[cfg(test)]
mod tests;
