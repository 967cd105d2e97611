//! An answer as tables: lines below each other, discounts side by side, the best one marked. It decides nothing.

use super::{
    answer::{Answer, Offer, Priced, Refused, Sum},
    line::Line,
    texts::TableTexts,
};
use crate::{
    bss::{codes::RatingDiscount, explain::explain},
    i18n::Locale,
    money::Money,
    units::grouped,
};

/// The decimals of a fen.
const FEN: u32 = 2;

/// A whole answer as a page shows it.
pub struct Told {
    /// The tables.
    pub tables: Vec<Table>,
    /// Everything at the list price.
    pub official: String,
    /// Everything with the best discount of each question.
    pub payable: String,
    /// The difference.
    pub saved: String,
    /// Whether every line has a price.
    pub is_whole: bool,
    /// Whether it took several questions.
    pub has_several: bool,
}

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
}

/// A line.
pub struct Row {
    /// Its position in the inquiry.
    pub place: usize,
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
    /// What a renewal costs by itself, of which Huawei does not say whether a discount is in it.
    pub alone: Option<String>,
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
}

/// An amount with every digit that says something, fen at least.
pub fn exact(amount: Money) -> String {
    let mut amount = amount.decimal().normalize();
    if amount.scale() < FEN {
        amount.rescale(FEN);
    }
    grouped(amount)
}

impl Told {
    /// Of an answer.
    pub fn of(answer: &Answer, locale: Locale) -> Self {
        let (official, payable) = (answer.official(), answer.payable());
        Self {
            tables: tables(answer, locale),
            official: exact(official),
            payable: exact(payable),
            saved: exact(official - payable),
            is_whole: answer.is_whole(),
            has_several: answer.sums.len() > 1,
        }
    }
}

/// The tables of an answer.
fn tables(answer: &Answer, locale: Locale) -> Vec<Table> {
    let t = TableTexts(locale);
    let each = [(true, t.by_use()), (false, t.by_term())];
    each.into_iter().filter_map(|(of_use, title)| table(answer, (title, of_use), locale)).collect()
}

fn table(answer: &Answer, (title, of_use): (&'static str, bool), locale: Locale) -> Option<Table> {
    let lines = answer.lines.iter().enumerate();
    let lines: Vec<(usize, &Priced)> = lines.filter(|(_, line)| is_use(line) == of_use).collect();
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
                title,
                terms,
                official: line.official.map(exact),
                offers: offers.iter().map(|offer| cell(&line.offers, offer)).collect(),
                payable: line.payable().filter(|_| line.failed.is_none()).map(exact),
                alone: line.amount.map(exact),
                failed: line.failed.as_ref().map(|why| failed(why, locale)),
            }
        })
        .collect();
    let any = sums.clone().next().is_some();
    let total = any.then(|| {
        let official: Money = sums.clone().map(|sum| sum.official).sum();
        let payable: Money = sums.clone().map(Sum::payable).sum();
        let of = |offer: &Offer| {
            let mine = |sum: &Sum| sum.offers.iter().find(|one| same(one, offer)).cloned();
            let amount = sums.clone().map(|sum| mine(sum).map_or(sum.official, |one| one.amount)).sum();
            let best = sums.clone().all(|sum| mine(sum).is_some_and(|one| one.best));
            Some(Cell { amount: exact(amount), best })
        };
        Total {
            official: exact(official),
            offers: offers.iter().map(|offer| of(offer)).collect(),
            payable: exact(payable),
        }
    });
    Some(Table { title, offers: offers.iter().map(|offer| named(offer, locale)).collect(), rows, total })
}

/// Whether a line is one of use; renewals are none.
fn is_use(line: &Priced) -> bool {
    line.asked.parse().is_ok_and(|asked: Line| asked.is_use())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn yuan(text: &str) -> Money {
        text.parse().expect("an amount")
    }

    fn offer(id: &str, amount: &str, best: bool) -> Offer {
        Offer { id: id.to_owned(), name: id.to_owned(), kind: 605, amount: yuan(amount), best }
    }

    fn line(asked: &str, sum: usize, official: &str, offers: Vec<Offer>) -> Priced {
        let words = [asked.to_owned(), String::new()];
        Priced {
            asked: asked.to_owned(),
            zh: words.clone(),
            en: words,
            sum,
            official: Some(yuan(official)),
            offers,
            amount: None,
            failed: None,
        }
    }

    fn amounts(cells: &[Option<Cell>]) -> Vec<Option<(&str, bool)>> {
        cells.iter().map(|cell| cell.as_ref().map(|cell| (cell.amount.as_str(), cell.best))).collect()
    }

    #[test]
    fn a_discount_of_one_question_leaves_the_list_price_of_another_in_its_sum() {
        let (one, other) = ("s~r~a~x~~1~m1", "s~r~b~x~~1~m1");
        let answer = Answer {
            lines: vec![
                line(one, 0, "100.0000000001", vec![offer("d", "90.0000000001", true)]),
                line(other, 1, "10", vec![offer("e", "8", true)]),
            ],
            sums: vec![
                Sum {
                    is_use: false,
                    official: yuan("100.0000000001"),
                    offers: vec![offer("d", "90.0000000001", true)],
                },
                Sum { is_use: false, official: yuan("10"), offers: vec![offer("e", "8", true)] },
            ],
        };
        let tables = tables(&answer, Locale::En);
        let [table] = tables.as_slice() else { panic!("one table") };
        assert_eq!(amounts(&table.rows[0].offers), [Some(("90.0000000001", true)), None]);
        assert_eq!(amounts(&table.rows[1].offers), [None, Some(("8.00", true))]);
        let total = table.total.as_ref().expect("sums");
        assert_eq!(total.official, "110.0000000001");
        assert_eq!(
            amounts(&total.offers),
            [Some(("100.0000000001", false)), Some(("108.0000000001", false))]
        );
        assert_eq!(total.payable, "98.0000000001", "the best of each question");
    }

    #[test]
    fn use_has_one_column_whichever_discounts_its_products_have() {
        let (one, other) = ("s~r~a~x~~1~f~1~4", "s~r~a~y~~1~f~1~4");
        let answer = Answer {
            lines: vec![
                line(one, 0, "2", vec![offer("d", "1", true)]),
                line(other, 0, "4", vec![offer("e", "3", true)]),
            ],
            sums: vec![Sum { is_use: true, official: yuan("6"), offers: vec![offer("d + e", "4", true)] }],
        };
        let tables = tables(&answer, Locale::Zh);
        let rows = &tables[0].rows;
        assert_eq!((tables.len(), tables[0].offers.len()), (1, 1));
        assert_eq!(amounts(&rows[0].offers), [Some(("1.00", true))]);
        assert_eq!(amounts(&rows[1].offers), [Some(("3.00", true))]);
    }
}
