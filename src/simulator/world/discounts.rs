//! Discounts that can be chosen when an order is paid, and what they take off each line.

use super::{Fen, dice::share, shape::Line};

/// Discount types of `list_order_discounts`.
pub(crate) const PROMOTION: u16 = 0;
pub(crate) const CONTRACT: u16 = 1;
pub(crate) const COMMERCIAL: u16 = 2;
pub(crate) const PARTNER: u16 = 3;
/// An adjusted price, which must be used.
pub(crate) const ADJUSTED: u16 = 609;

/// A discount on offer for one order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Offer {
    pub(crate) id: String,
    pub(crate) kind: u16,
    pub(crate) way: Way,
}

/// How a discount reckons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Way {
    /// So many hundredths of the price are paid.
    Ratio(u8),
    /// So many hundredths of the price of each line are paid.
    Ratios(Vec<u8>),
    /// The whole order costs this much.
    Price(Fen),
    /// This much less.
    Off(Fen),
}

impl Offer {
    /// `discount_mode` of the wire.
    pub(crate) fn mode(&self) -> u8 {
        match self.way {
            Way::Ratio(_) | Way::Ratios(_) => 0,
            Way::Price(_) => 1,
            Way::Off(_) => 2,
        }
    }

    /// `discount_value` of the wire; empty for a fixed price, the best where lines differ.
    pub(crate) fn value(&self) -> String {
        match &self.way {
            Way::Ratio(hundredths) => ratio_text(*hundredths),
            Way::Ratios(each) => ratio_text(each.iter().copied().min().unwrap_or(100)),
            Way::Price(_) => String::new(),
            Way::Off(fen) => crate::money::Money::from_fen(*fen).decimal().to_string(),
        }
    }

    /// What it takes off each line.
    pub(crate) fn reductions(&self, lines: &[Line]) -> Vec<Fen> {
        let prices: Vec<Fen> = lines.iter().map(|l| l.after).collect();
        let whole: Fen = prices.iter().sum();
        let off = |price: &Fen, hundredths: u8| price * (100 - Fen::from(hundredths).min(100)) / 100;
        match &self.way {
            Way::Ratio(hundredths) => prices.iter().map(|price| off(price, *hundredths)).collect(),
            Way::Ratios(each) => prices.iter().zip(each).map(|(price, paid)| off(price, *paid)).collect(),
            Way::Price(target) => share((whole - target).clamp(0, whole), &prices),
            Way::Off(fen) => share((*fen).clamp(0, whole), &prices),
        }
    }

    /// The share of its price that each line still costs, in ten-thousandths.
    pub(crate) fn ratios(&self, lines: &[Line]) -> Vec<i64> {
        lines
            .iter()
            .zip(self.reductions(lines))
            .map(|(l, off)| if l.after == 0 { 10_000 } else { (l.after - off) * 10_000 / l.after })
            .collect()
    }

    /// The type by which `amount_info` names it afterwards.
    pub(crate) fn amount_type(&self) -> u16 {
        match self.kind {
            PROMOTION => 700,
            CONTRACT => 600,
            COMMERCIAL => 605,
            PARTNER => 607,
            other => other,
        }
    }
}

fn ratio_text(hundredths: u8) -> String {
    if hundredths >= 100 { "1".to_owned() } else { format!("0.{hundredths:02}") }
}
