//! The account's commercial contract: what is agreed for products and categories, read from Huawei when it is looked
//! at. It reckons no prices.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{Choice, Tab, account, accounts, table::exact, tabs, texts::DiscountTexts};
use crate::{
    bss::{
        self, Reader,
        prices::{BusinessDiscountQuery, BusinessDiscounts, CategoryQuotes, ProductQuotes, QuoteKind},
    },
    i18n::Locale,
    identity::access::Actor,
    state::App,
    units::grouped,
    web::{Error, PAGE_LIMIT, Page, Ui, form::Query, problem::Problem},
};

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    account: String,
}

#[derive(Template)]
#[template(path = "prices/discounts.html")]
struct DiscountsPage {
    ui: Ui,
    t: DiscountTexts,
    tabs: Vec<Tab>,
    accounts: Vec<Choice>,
    contract: Option<Contract>,
    problem: Option<Problem>,
}

struct Contract {
    number: String,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    categories: Vec<Row>,
    products: Vec<Row>,
}

/// What is agreed for something.
#[derive(PartialEq, Eq)]
struct Row {
    what: String,
    more: String,
    place: String,
    modes: Vec<String>,
    /// A share of the list price, or a price of a unit.
    paid: String,
    step: String,
}

/// `GET /prices/discounts`.
pub async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let id = account(&app, &actor, &asked.account)?;
    let reader = id.and_then(|id| app.readers.get(id)).map(|reader| reader.within(PAGE_LIMIT));
    let (contract, problem) = match (reader, id) {
        (Some(reader), _) => match read(&reader, ui.locale).await {
            Ok(contract) => (contract, None),
            Err(error) => (None, Some(Problem::of(&error, ui.locale))),
        },
        (None, Some(_)) => (None, Some(Problem::switched_off(ui.locale))),
        (None, None) => (None, None),
    };
    let page = DiscountsPage {
        t: DiscountTexts(ui.locale),
        tabs: tabs("/discounts", ui.locale),
        accounts: accounts(&app, &actor, id),
        contract,
        problem,
        ui,
    };
    Ok(Page(page).into_response())
}

async fn read(reader: &Reader, locale: Locale) -> Result<Option<Contract>, bss::Error> {
    let all = BusinessDiscountQuery::all;
    let head = reader.business_discounts(&all(QuoteKind::Categories), locale).await?;
    let Some(number) = head.commerce_code.clone().or_else(|| head.commerce_id.clone()) else {
        return Ok(None);
    };
    let mut categories = Vec::new();
    let mut pages = reader.pages(CategoryQuotes(all(QuoteKind::Categories), locale));
    while let Some(page) = pages.next().await {
        for listed in page? {
            let row = listed.item;
            let place = [row.region_name.or(row.region_code), row.zone_name.or(row.zone)];
            let step = row.step_no.as_deref().map(|step| step_of(&head, step, locale)).unwrap_or_default();
            let made = Row {
                what: row.service_type_name.or(row.service_type).unwrap_or_default(),
                more: row.sku_family_name.or(row.resource_type_name).unwrap_or_default(),
                place: place.into_iter().flatten().collect::<Vec<_>>().join(" "),
                modes: vec![mode(row.charging_mode.as_deref().unwrap_or_default(), locale)],
                paid: row.discount_ratio.map(|ratio| share(ratio, locale)).unwrap_or_default(),
                step,
            };
            add(&mut categories, made);
        }
    }
    let mut products = Vec::new();
    let mut pages = reader.pages(ProductQuotes(all(QuoteKind::Products), locale));
    while let Some(page) = pages.next().await {
        for listed in page? {
            let row = listed.item;
            let regions = row.regions.into_iter().filter_map(|place| place.region_name.or(place.region_code));
            let place = regions.collect::<Vec<_>>().join(locale.pick("、", ", "));
            let made = |paid: String, step: String| Row {
                what: row.product_spec_name.clone().or_else(|| row.product_id.clone()).unwrap_or_default(),
                more: row.service_type_name.clone().or_else(|| row.service_type.clone()).unwrap_or_default(),
                place: place.clone(),
                modes: vec![mode(row.charging_mode.as_deref().unwrap_or_default(), locale)],
                paid,
                step,
            };
            let paid = |ratio, price, basis| agreed(ratio, price, basis, locale);
            if row.steps.is_empty() {
                let all = paid(row.discount_ratio, row.sales_price, row.pricing_basis.as_deref());
                add(&mut products, made(all, String::new()));
            }
            for step in &row.steps {
                let all = paid(step.discount_ratio, step.sales_price, step.pricing_basis.as_deref());
                add(&mut products, made(all, span(step.start, step.end, locale)));
            }
        }
    }
    Ok(Some(Contract { number, from: head.effective_time, until: head.expire_time, categories, products }))
}

/// Adds a row; what is agreed alike for several ways of charging is one row.
fn add(rows: &mut Vec<Row>, row: Row) {
    let like = |one: &&mut Row| {
        (&one.what, &one.more, &one.place, &one.paid, &one.step)
            == (&row.what, &row.more, &row.place, &row.paid, &row.step)
    };
    match rows.iter_mut().find(like) {
        Some(known) => known.modes.extend(row.modes),
        None => rows.push(row),
    }
}

fn agreed(
    ratio: Option<rust_decimal::Decimal>,
    price: Option<crate::money::Money>,
    basis: Option<&str>,
    locale: Locale,
) -> String {
    match (ratio, price) {
        (Some(ratio), _) => share(ratio, locale),
        (None, Some(price)) => DiscountTexts(locale).unit_price(&exact(price), basis.unwrap_or_default()),
        (None, None) => String::new(),
    }
}

/// A share of the list price as people say it: 8.5 折, or 85 %.
fn share(ratio: rust_decimal::Decimal, locale: Locale) -> String {
    let times = |by: i64| grouped((ratio * rust_decimal::Decimal::from(by)).normalize());
    DiscountTexts(locale).share(&times(10), &times(100))
}

fn step_of(contract: &BusinessDiscounts, number: &str, locale: Locale) -> String {
    let step = contract.category_steps.iter().find(|step| step.step_no.as_deref() == Some(number));
    step.map_or_else(|| number.to_owned(), |step| span(step.start, step.end, locale))
}

fn span(from: Option<rust_decimal::Decimal>, until: Option<rust_decimal::Decimal>, locale: Locale) -> String {
    let t = DiscountTexts(locale);
    let from = grouped(from.unwrap_or_default().normalize());
    match until {
        Some(until) => t.between(&from, &grouped(until.normalize())),
        None => t.above(&from),
    }
}

/// A way of charging in words; a code that is not known, as it came.
fn mode(code: &str, locale: Locale) -> String {
    let t = DiscountTexts(locale);
    let years = |rest: &str| code.strip_suffix(rest).and_then(|years| years.parse::<u8>().ok());
    match code {
        "ONDEMAND" => t.on_demand().to_owned(),
        "ONETIME" => t.one_time().to_owned(),
        "DAILY" => t.daily().to_owned(),
        "MONTHLY" => t.monthly().to_owned(),
        _ => match (years("_YEARLY"), years("_YEARLY_RI")) {
            (Some(years), _) => t.yearly(years),
            (None, Some(years)) => t.reserved(years),
            (None, None) => code.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;

    #[test]
    fn ways_of_charging_and_shares_are_said_in_words() {
        assert_eq!(mode("3_YEARLY", Locale::Zh), "包 3 年");
        assert_eq!(mode("1_YEARLY_RI", Locale::En), "reserved, 1 y");
        assert_eq!(mode("HOURLY", Locale::Zh), "HOURLY");
        assert_eq!(share(dec!(0.85), Locale::Zh), "8.5 折");
        assert_eq!(share(dec!(0.850), Locale::En), "85% of list");
    }
}
