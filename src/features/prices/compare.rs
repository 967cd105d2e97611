//! One product by use and by every term, asked of Huawei when it is looked at: from how many hours a month, and after
//! which day, a term is cheaper. It buys nothing.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::{Months, NaiveDate};
use rust_decimal::Decimal;

use super::{
    Tab, account,
    ask::{self, Words},
    asked::Asked,
    break_even::{Offered, break_even},
    dictionary::Dictionary,
    line::{Charged, Line, terms},
    table::{Failed, exact, failed},
    tabs,
    texts::CompareTexts,
};
use crate::{
    bss::Term,
    identity::access::Actor,
    money::Money,
    state::App,
    web::{Error, PAGE_LIMIT, Page, Ui, form::Query, problem::Problem, term},
};

/// The unit of an hour, and what use by the hour is counted by.
const HOUR: i32 = 4;
const DURATION: &str = "Duration";

#[derive(Template)]
#[template(path = "prices/compare.html")]
struct ComparePage {
    ui: Ui,
    t: CompareTexts,
    tabs: Vec<Tab>,
    back: String,
    title: String,
    terms: String,
    per_hour: Option<(String, String)>,
    not_by_hour: Option<Failed>,
    rows: Vec<Row>,
    problem: Option<Problem>,
}

struct Row {
    words: String,
    price: Result<Price, Failed>,
}

struct Price {
    official: String,
    payable: String,
    per_month: Money,
    /// Hours a month, and day, from which the term is cheaper.
    from: Option<(u32, u32)>,
    is_cheapest: bool,
}

/// `GET /prices/break-even`.
pub async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let lines = asked.lines()?;
    let product = lines.first().ok_or(Error::NotFound)?;
    let id = account(&app, &actor, &asked.account)?.ok_or(Error::NotFound)?;
    let reader = app.readers.get(id).map(|reader| reader.within(PAGE_LIMIT));
    let dictionary =
        Dictionary { db: &app.db, clock: &app.clock, reader: reader.as_ref(), locale: ui.locale };
    let by_hour = Charged::Use { factor: DURATION.to_owned(), value: Decimal::ONE, unit: HOUR };
    let all: Vec<Line> = std::iter::once(by_hour)
        .chain(terms().map(Charged::Term))
        .map(|charged| Line { charged, ..product.clone() })
        .collect();
    let words = Words::of(&all, dictionary).await?;
    let answer = match &reader {
        Some(reader) => ask::products(reader, &all, &asked.projects(), &words)
            .await
            .map_err(|error| Problem::of(&error, ui.locale)),
        None => Err(Problem::switched_off(ui.locale)),
    };
    let (answer, problem) = match answer {
        Ok(answer) => (answer, None),
        Err(problem) => (super::answer::Answer::default(), Some(problem)),
    };
    let by_hour = answer.lines.first();
    let hour = by_hour.and_then(|line| Some((line.official?, line.payable()?)));
    let today = ui.now.with_timezone(&ui.zone).date_naive();
    let mut rows: Vec<Row> = terms()
        .zip(answer.lines.iter().skip(1))
        .map(|(of, line)| {
            let prices = line.official.zip(line.payable()).filter(|_| line.failed.is_none());
            let price = match prices {
                Some((official, payable)) => {
                    let months = months(of);
                    let offered = Offered { price: payable.decimal(), months, days: days(of, today) };
                    let even = hour.and_then(|(_, paid)| break_even(paid.decimal(), offered));
                    Ok(Price {
                        official: exact(official),
                        payable: exact(payable),
                        per_month: Money::new(payable.decimal() / Decimal::from(months)).rounded(),
                        from: even.map(|even| (even.hours_a_month, even.day)),
                        is_cheapest: false,
                    })
                }
                None => Err(failed(&line.failed.clone().unwrap_or_default(), ui.locale)),
            };
            Row { words: term::term(of, ui.locale), price }
        })
        .collect();
    let cheapest = rows.iter().filter_map(|row| Some(row.price.as_ref().ok()?.per_month)).min();
    for price in rows.iter_mut().filter_map(|row| row.price.as_mut().ok()) {
        price.is_cheapest = Some(price.per_month) == cheapest;
    }
    let [title, _] = words.say(product, ui.locale);
    let [_, terms] = words.say(&all[0], ui.locale);
    let page = ComparePage {
        t: CompareTexts(ui.locale),
        tabs: tabs("", ui.locale),
        back: asked.url(&lines, &[("ask", "1")]),
        title,
        terms,
        per_hour: hour.map(|(official, payable)| (exact(official), exact(payable))),
        not_by_hour: by_hour.and_then(|line| line.failed.as_ref()).map(|why| failed(why, ui.locale)),
        rows,
        problem,
        ui,
    };
    Ok(Page(page).into_response())
}

fn months(term: Term) -> u32 {
    match term {
        Term::Months(months) => months.into(),
        Term::Years(years) => u32::from(years) * 12,
    }
}

/// How many days a term has that begins today.
fn days(term: Term, today: NaiveDate) -> u32 {
    let end = today.checked_add_months(Months::new(months(term))).unwrap_or(today);
    u32::try_from((end - today).num_days()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_has_the_days_of_its_own_months() {
        let day = |month, day| NaiveDate::from_ymd_opt(2028, month, day).expect("a day");
        assert_eq!(days(Term::Months(1), day(1, 31)), 29);
        assert_eq!(days(Term::Months(1), day(7, 1)), 31);
        assert_eq!(days(Term::Years(1), day(1, 1)), 366);
    }
}
