//! Usage that is billed by its 95th percentile: what each resource reported every five minutes, by the dice
//! of the seed, and what that comes to in a month.

use chrono::Datelike;
use rust_decimal::Decimal;

use super::{
    Kind, World,
    dice::{Dice, mix},
    months::Month,
    times::{HOUR, MINUTE, Millis},
};

/// Points of a day.
pub(crate) const A_DAY: u32 = 288;
const STEP: Millis = 5 * MINUTE;

/// Service, its only resource type billed so, and the ways in which it is measured.
pub(crate) const KINDS: [(&str, &str, &[&str]); 4] = [
    ("hws.service.type.cdn", "hws.resource.type.cdn", &["95Peak", "95peak_1000"]),
    ("hws.service.type.obs", "hws.resource.type.obs", &["bandwidth95peak", "95Peak"]),
    ("hws.service.type.vpc", "hws.resource.type.bandwidth", &["bandwidth95peak", "95peak_plus"]),
    ("hws.service.type.iec", "hws.resource.type.edgebandwidth", &["95Peak", "95peak_1000", "95peak_plus"]),
];

/// Every usage type.
pub(crate) const TYPES: [&str; 4] = ["95Peak", "95peak_1000", "bandwidth95peak", "95peak_plus"];

/// A resource whose bandwidth is measured.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    pub(crate) id: String,
    dice: u64,
    /// When it reported first.
    since: Millis,
    /// Its ordinary rate, bits a second.
    rate: u64,
}

/// A point: when, and how many bits a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Point {
    pub(crate) at: Millis,
    pub(crate) bits: u64,
}

/// What a month comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Billed {
    pub(crate) percentile: Decimal,
    pub(crate) peak: Decimal,
    /// Of enhanced billing.
    pub(crate) guaranteed: Option<Decimal>,
}

impl World {
    /// What an account has that is measured so: position of its kind in [`KINDS`], and a way.
    pub(crate) fn measured(&self, account: usize, kind: usize, month: Month) -> Vec<Measured> {
        let many = match self.accounts[account].kind {
            Kind::Master => 3,
            Kind::Ordinary if kind == 0 => 1,
            Kind::Ordinary | Kind::Member => 0,
        };
        let start = Month::parse("2023-05").unwrap_or(month).begins();
        (0..many)
            .map(|nth: u64| {
                let seed = mix(self.seed ^ 0x95 ^ ((account as u64) << 32) ^ ((kind as u64) << 16) ^ nth);
                let mut dice = Dice::new(seed);
                let id = match kind {
                    0 => format!("cdn-{}.example.cn", dice.hex(4)),
                    1 => format!("bucket-{}", dice.hex(6)),
                    _ => format!("{}-{}-4{}", dice.hex(8), dice.hex(4), dice.hex(19)),
                };
                // The last of them is for campaigns: it begins each month some days late.
                let since = if nth == 2 {
                    month.begins() + (5 + dice.roll(9).cast_signed()) * 24 * HOUR + 7 * HOUR
                } else {
                    start
                };
                Measured { id, dice: seed, since, rate: 20_000_000 + dice.roll(400_000_000) }
            })
            .collect()
    }

    /// When the value of a month is known.
    pub(crate) fn usage_known_at(&self, month: Month) -> Millis {
        month.ends() + Millis::from(self.settings.usage95_ready_hours) * HOUR
    }
}

impl Measured {
    /// Its points of a month until a moment.
    pub(crate) fn points(&self, month: Month, until: Millis) -> Vec<Point> {
        let from = month.begins().max(self.since);
        let to = month.ends().min(until + 1);
        let mut points = Vec::new();
        let mut dice =
            Dice::new(self.dice ^ (u64::from(month.first_day().num_days_from_ce().cast_unsigned()) << 20));
        let mut at = month.begins();
        while at < to {
            let bits = self.rate / 1_000 * (hour_weight(at) + dice.roll(260));
            // A rush now and then, which the percentile leaves out.
            let bits = if dice.roll(60) == 0 { bits * 3 } else { bits };
            if at >= from {
                points.push(Point { at, bits });
            }
            at += STEP;
        }
        points
    }
}

/// Days are busier than nights, in thousandths.
fn hour_weight(at: Millis) -> u64 {
    match (at / HOUR + 8).rem_euclid(24) {
        0..=6 => 180,
        7..=9 => 420,
        10..=17 => 720,
        18..=22 => 860,
        _ => 350,
    }
}

/// Bits a second as Mbit/s in the base of a usage type, with at most eight decimals.
pub(crate) fn megabits(bits: u64, usage_type: &str) -> Decimal {
    let base = if usage_type == "95peak_1000" { 1_000_000 } else { 1_048_576 };
    (Decimal::from(bits) / Decimal::from(base)).round_dp(8)
}

/// What points come to: the highest that is left without the highest twentieth of them.
pub(crate) fn billed(points: &[Point], usage_type: &str) -> Option<Billed> {
    let mut bits: Vec<u64> = points.iter().map(|point| point.bits).collect();
    bits.sort_unstable_by(|a, b| b.cmp(a));
    let percentile = megabits(*bits.get(bits.len() / 20)?, usage_type);
    let peak = megabits(*bits.first()?, usage_type);
    let guaranteed = (usage_type == "95peak_plus").then(|| (percentile * Decimal::new(2, 1)).trunc());
    Some(Billed { percentile, peak, guaranteed })
}

/// Days of use: points by those of a day, with up to twenty decimals.
pub(crate) fn days(points: usize) -> Decimal {
    (Decimal::from(points) / Decimal::from(A_DAY)).round_dp(20)
}
