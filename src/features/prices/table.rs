//! An answer as tables: lines below each other, discounts side by side, the best one marked. It decides nothing.

use super::{
    answer::{Answer, Offer, Priced, Refused},
    texts::TableTexts,
};
use crate::{
    bss::{codes::RatingDiscount, explain::explain},
    i18n::Locale,
    money::Money,
    units::grouped,
};

/// One table: what is used, or what is bought by the term.
pub struct Table {
    /// Its title.
    pub title: &'static str,
    /// What each discount is called, and its kind.
    pub offers: Vec<(String, String)>,
    /// The lines.
    pub rows: Vec<Row>,
    /// The sums.
    pub total: Option<Total>,
    /// Whether lines have list prices of their own.
    pub has_officials: bool,
}

/// A line.
pub struct Row {
    /// Its position in the inquiry.
    pub place: usize,
    /// What was asked.
    pub asked: String,
    /// What it is called.
    pub title: String,
    /// Its terms.
    pub terms: String,
    /// The list price.
    pub official: Option<String>,
    /// The price with each discount; none where it does not apply.
    pub offers: Vec<Option<Cell>>,
    /// What is paid.
    pub payable: Option<String>,
    /// Why it has no price: the code, what it means, and what to do.
    pub failed: Option<Failed>,
}

/// An amount.
pub struct Cell {
    /// The amount, every digit of it.
    pub amount: String,
    /// Whether no other discount takes off more.
    pub best: bool,
}

/// Why there is no price.
pub struct Failed {
    /// Huawei's code.
    pub code: String,
    /// What happened and what to do.
    pub words: String,
}

/// The sums of a table.
pub struct Total {
    /// At the list price.
    pub official: String,
    /// With each discount.
    pub offers: Vec<Option<Cell>>,
    /// With the best.
    pub payable: String,
    /// What the best takes off.
    pub saved: String,
}

/// An amount with every digit as it came.
pub fn exact(amount: Money) -> String {
    grouped(amount.decimal())
}

/// The tables of an answer.
pub fn tables(answer: &Answer, locale: Locale) -> Vec<Table> {
    let t = TableTexts(locale);
    let is_use = |line: &Priced| answer.sums.get(line.sum).is_some_and(|sum| sum.is_use);
    [(true, t.by_use()), (false, t.by_term())]
        .into_iter()
        .filter_map(|(of_use, title)| table(answer, (title, of_use, &is_use), locale))
        .collect()
}

fn table(
    answer: &Answer,
    (title, of_use, is_use): (&'static str, bool, &dyn Fn(&Priced) -> bool),
    locale: Locale,
) -> Option<Table> {
    let lines = answer.lines.iter().enumerate();
    let lines: Vec<(usize, &Priced)> = lines.filter(|(_, line)| is_of_use(line, is_use) == of_use).collect();
    if lines.is_empty() {
        return None;
    }
    let sums = answer.sums.iter().filter(|sum| sum.is_use == of_use);
    // Use has one price with all its discounts in it, whichever they are for each product.
    let same = |one: &Offer, other: &Offer| of_use || (one.id == other.id && one.name == other.name);
    let mut offers: Vec<&Offer> = Vec::new();
    for offer in sums.clone().flat_map(|sum| &sum.offers) {
        if offers.iter().all(|known| !same(known, offer)) {
            offers.push(offer);
        }
    }
    let cell = |of: &[Offer], offer: &Offer| {
        let mine = of.iter().find(|one| same(one, offer))?;
        Some(Cell { amount: exact(mine.amount), best: mine.best })
    };
    let rows: Vec<Row> = lines
        .iter()
        .map(|(place, line)| {
            let [title, terms] = locale.pick(&line.zh, &line.en).clone();
            Row {
                place: *place,
                asked: line.asked.clone(),
                title,
                terms,
                official: line.official.map(exact),
                offers: offers.iter().map(|offer| cell(&line.offers, offer)).collect(),
                payable: line.payable().filter(|_| line.failed.is_none()).map(exact),
                failed: line.failed.as_ref().map(|why| failed(why, locale)),
            }
        })
        .collect();
    let any = sums.clone().next().is_some();
    let total = any.then(|| {
        let official: Money = sums.clone().map(|sum| sum.official).sum();
        let payable: Money = sums.clone().map(super::answer::Sum::payable).sum();
        let of = |offer: &Offer| {
            let mine = |sum: &super::answer::Sum| sum.offers.iter().find(|one| same(one, offer)).cloned();
            let amount = sums.clone().map(|sum| mine(sum).map_or(sum.official, |one| one.amount)).sum();
            let best = sums.clone().all(|sum| mine(sum).is_none_or(|one| one.best));
            Some(Cell { amount: exact(amount), best })
        };
        Total {
            official: exact(official),
            offers: offers.iter().map(|offer| of(offer)).collect(),
            payable: exact(payable),
            saved: exact(official - payable),
        }
    });
    Some(Table {
        title,
        offers: offers.iter().map(|offer| named(offer, locale)).collect(),
        has_officials: rows.iter().any(|row| row.official.is_some()),
        rows,
        total,
    })
}

/// Refused lines belong to no sum; they are told apart by what was asked.
fn is_of_use(line: &Priced, is_use: &dyn Fn(&Priced) -> bool) -> bool {
    match line.asked.parse::<super::line::Line>() {
        Ok(asked) => asked.is_use(),
        Err(_) => is_use(line),
    }
}

fn named(offer: &Offer, locale: Locale) -> (String, String) {
    let kind = RatingDiscount::from_code(offer.kind).name(locale).into_owned();
    let kind = if offer.kind == 0 { String::new() } else { kind };
    let name =
        if offer.name.is_empty() { TableTexts(locale).discounted().to_owned() } else { offer.name.clone() };
    (name, kind)
}

/// A refusal in words.
pub fn failed(why: &Refused, locale: Locale) -> Failed {
    let known = explain(&why.code, Some(&why.words), locale);
    let words = known.map_or_else(
        || if why.words.is_empty() { TableTexts(locale).no_price().to_owned() } else { why.words.clone() },
        |known| format!("{} {}", known.meaning, known.next),
    );
    Failed { code: why.code.clone(), words }
}
