//! One package: its items and what is left of them, what used them up, what is expected and how that was reckoned,
//! and from when on it counts as low. It shows what was read before; only the refresh asks Huawei.

pub mod store;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;

use self::store::{Day, Deduction, Threshold, days, deductions, known, threshold};
use super::{
    list::{
        LISTINGS,
        store::{Item, Row, items, one},
    },
    sync,
    texts::{DetailTexts, Texts},
    usage::{self, beijing},
    words::{self, Said},
};
use crate::{
    bss::codes::{PackageSource, QuotaCycle},
    identity::access::{Actor, Permission, Scope},
    jobs,
    money::Money,
    readings::{self, Source, Standing},
    state::App,
    units::{Quantity, Units},
    web::{Error, Page, Ui, bars, chip::Chip, links, problem::Problem, refresh},
};

/// Days of the chart.
const CHART_DAYS: u64 = 60;
/// Deductions shown on the page; the file has all.
const SHOWN: i64 = 50;

/// A bar of the chart: a day.
struct Bar {
    x: i64,
    top: i64,
    height: i64,
    title: String,
    /// What stands below it, on some days.
    label: Option<String>,
}

/// A day of the table.
struct DayLine {
    day: NaiveDate,
    used: Quantity,
    left: Quantity,
    deductions: i32,
}

/// An item with what used it up.
struct Part {
    said: Said,
    bars: Vec<Bar>,
    most: Option<Quantity>,
    days: Vec<DayLine>,
    /// How the forecast was reckoned.
    basis: Vec<String>,
    unit: String,
}

/// A deduction in words.
struct Taken {
    one: Deduction,
    usage: String,
    amounts: [String; 3],
}

/// What was typed into the form of the threshold, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// What is compared.
    pub kind: String,
    /// With how much.
    pub value: String,
    /// What is wrong.
    pub error: &'static str,
}

#[derive(Template)]
#[template(path = "packages/detail.html")]
struct DetailPage<'a> {
    ui: &'a Ui,
    t: Texts,
    d: DetailTexts,
    row: &'a Row,
    account: &'a str,
    status: Chip,
    parts: Vec<Part>,
    taken: Vec<Taken>,
    known: Option<(NaiveDate, NaiveDate)>,
    lapsing: Option<Money>,
    threshold: Option<&'a Threshold>,
    typed: Typed,
    standing: &'a Standing,
    is_fresh: bool,
    problem: Option<Problem>,
}

/// `GET /packages/of/{id}`.
pub async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    page((&app, &ui), &actor.scope, &id, (None, None)).await
}

/// `POST /packages/of/{id}/refresh`: reads the packages of its account again now, and what was taken from them soon.
pub async fn read_again(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let row = one(&app.db, &actor.scope, &id, ui.now).await?.ok_or(Error::NotFound)?;
    let read = app.readers.get(row.account.into()).map(async |reader| {
        let reader = reader.within(refresh::WITHIN);
        let from = Source { db: &app.db, clock: &app.clock, account: row.account.into(), reader: &reader };
        readings::read(&sync::Packages, &from).await?;
        // What was taken since may be much: its own job reads that.
        jobs::wake(&app.db, usage::JOB).await?;
        Ok(())
    });
    let page = async |problem| page((&app, &ui), &actor.scope, &id, (Some(problem), None)).await;
    refresh::refresh((&ui, &links::package(&id)), read, page).await
}

/// The page, with what went wrong: reading it again, or what was typed.
pub async fn page(
    (app, ui): (&App, &Ui),
    scope: &Scope,
    id: &str,
    (problem, typed): (Option<Problem>, Option<Typed>),
) -> Result<Response, Error> {
    let row = one(&app.db, scope, id, ui.now).await?.ok_or(Error::NotFound)?;
    let standing = Standing::of(&app.db, &Scope::of([row.account.into()]), &LISTINGS).await?;
    let held = items(&app.db, std::slice::from_ref(&row), ui.now).await?;
    let ids: Vec<String> = held.iter().map(|item| item.item_id.clone()).collect();
    let today = beijing(ui.now);
    let since = today - Days::new(CHART_DAYS - 1);
    let units = Units::known(&app.db).await?;
    let days = days(&app.db, row.account.into(), &ids, since).await?;
    let taken = deductions(&app.db, &Scope::of([row.account.into()]), id, SHOWN).await?;
    let set = threshold(&app.db, row.account, id).await?;
    let mine: Vec<&Item> = held.iter().collect();
    let make = Parts { row: &row, days: &days, units: &units, ui, today };
    let view = DetailPage {
        t: Texts(ui.locale),
        d: DetailTexts(ui.locale),
        account: app.readers.name(row.account.into()).unwrap_or_default(),
        status: words::status(row.status, ui.locale),
        parts: held.iter().map(|item| make.part(item)).collect(),
        taken: taken.into_iter().map(|one| make.taken(one)).collect(),
        known: known(&app.db, row.account.into()).await?,
        lapsing: words::lapsing(&row, &mine),
        typed: typed.unwrap_or_else(|| match &set {
            Some(set) => Typed { kind: set.kind.clone(), value: words::plain(set.value), error: "" },
            None => Typed { kind: "percent".to_owned(), ..Typed::default() },
        }),
        threshold: set.as_ref(),
        is_fresh: standing.is_fresh(ui.now, app.settings.max_data_age),
        standing: &standing,
        row: &row,
        problem,
        ui,
    };
    Ok(Page(view).into_response())
}

/// What parts of the page are made of.
struct Parts<'a> {
    row: &'a Row,
    days: &'a [Day],
    units: &'a Units,
    ui: &'a Ui,
    today: NaiveDate,
}

impl Parts<'_> {
    fn part(&self, item: &Item) -> Part {
        let (units, locale) = (self.units, self.ui.locale);
        let mine: Vec<&Day> = self.days.iter().filter(|day| day.item_id == item.item_id).collect();
        let said = |amount: Decimal, measure: Option<i32>| {
            units.readable(amount, measure.unwrap_or_default(), locale)
        };
        let line = |day: &&Day| DayLine {
            day: day.day,
            used: said(day.used, day.measure),
            left: said(day.left_after, day.measure),
            deductions: day.deductions,
        };
        let most = mine.iter().max_by_key(|day| day.used);
        Part {
            said: words::item(self.row, item, units, locale, self.ui.now),
            bars: self.bars(&mine),
            most: most.map(|day| said(day.used, day.measure)),
            days: mine.iter().rev().map(line).collect(),
            basis: self.basis(item),
            unit: item.measure.map(|id| units.name(id, locale)).unwrap_or_default(),
        }
    }

    /// A bar for each day of the chart, all in the proportion of the largest; nothing where nothing was used.
    fn bars(&self, mine: &[&Day]) -> Vec<Bar> {
        let most = mine.iter().map(|day| day.used).max().unwrap_or_default();
        if most <= Decimal::ZERO {
            return Vec::new();
        }
        let first = self.today - Days::new(CHART_DAYS - 1);
        (0..)
            .zip(first.iter_days().take_while(|day| *day <= self.today))
            .map(|(at, day)| {
                let known = mine.iter().find(|known| known.day == day);
                let used = known.map(|known| known.used).unwrap_or_default();
                let share = (used / most * Decimal::from(bars::HEIGHT)).round().try_into().unwrap_or(0);
                let height = if used > Decimal::ZERO { std::cmp::max(share, 1) } else { 0 };
                let said = self.units.readable(
                    used,
                    known.and_then(|known| known.measure).unwrap_or_default(),
                    self.ui.locale,
                );
                Bar {
                    x: 20 + at * 11,
                    top: bars::FOOT - height,
                    height,
                    title: format!("{day}: {said}"),
                    label: (at % 10 == 4).then(|| day.format("%m-%d").to_string()),
                }
            })
            .collect()
    }

    /// How the forecast was reckoned, in sentences.
    fn basis(&self, item: &Item) -> Vec<String> {
        let (d, locale) = (DetailTexts(self.ui.locale), self.ui.locale);
        if !words::is_live(self.row) {
            return Vec::new();
        }
        let (Some(per_day), Some(days)) = (words::per_day(item, self.units, locale), item.days) else {
            return Vec::new();
        };
        let mut said = vec![d.by_records(i64::from(days), &per_day)];
        if item.is_least == Some(true) {
            said.push(d.only_least().to_owned());
        }
        said.push(match item.after_others.unwrap_or_default() {
            0 => d.used_first().to_owned(),
            n => d.used_after(n),
        });
        if item.cycle.is_some_and(|code| QuotaCycle::from_code(code.into()) != QuotaCycle::Hour) {
            said.push(d.cycles_lapse().to_owned());
        }
        said.push(d.range_is().to_owned());
        said
    }

    fn taken(&self, one: Deduction) -> Taken {
        let measure = one.measure.unwrap_or_default();
        let amount = |amount: Option<Decimal>| match amount {
            Some(amount) => self.units.readable(amount, measure, self.ui.locale).to_string(),
            None => "—".to_owned(),
        };
        Taken {
            usage: self.ui.locale.pick(&one.usage_zh, &one.usage_en).clone(),
            amounts: [one.used, one.before, one.after].map(amount),
            one,
        }
    }
}

impl DetailPage<'_> {
    fn title(&self) -> &str {
        self.ui.locale.pick(&self.row.product_zh, &self.row.product_en)
    }

    fn service(&self) -> &str {
        self.ui.locale.pick(&self.row.service_zh, &self.row.service_en)
    }

    fn source(&self) -> String {
        let source = self.row.source.map(|code| PackageSource::from_code(code.into()).name(self.ui.locale));
        source.map(std::borrow::Cow::into_owned).unwrap_or_default()
    }

    fn may_set(&self) -> bool {
        self.ui.may(Permission::SetThresholds) && words::is_live(self.row)
    }

    fn may_export(&self) -> bool {
        self.ui.may(Permission::Export)
    }

    /// The file of all deductions.
    fn export(&self, kind: &str) -> String {
        let query = crate::web::filters::query([("package", self.row.order_instance_id.clone())]);
        format!("{}/deductions.{kind}?{query}", links::PACKAGES)
    }

    /// The kinds of thresholds: value, word, whether it is chosen.
    fn kinds(&self) -> Vec<(&'static str, String, bool)> {
        let kind = |name: &'static str, word: String| (name, word, self.typed.kind == name);
        let mut kinds = vec![
            kind("percent", self.d.kind_percent().to_owned()),
            kind("days", self.d.kind_days().to_owned()),
        ];
        // An amount has the unit of the one item that there is.
        if let [part] = self.parts.as_slice() {
            kinds.push(kind("amount", self.d.kind_amount(&part.unit)));
        }
        kinds
    }

    /// From when on it is low, in words.
    fn low_when(&self) -> String {
        let Some(set) = self.threshold else { return self.d.low_usual().to_owned() };
        let value = words::plain(set.value);
        match (set.kind.as_str(), self.parts.as_slice()) {
            ("percent", _) => self.d.low_percent(&value),
            ("days", _) => self.d.low_days(&value),
            (_, [part]) => self.d.low_amount(&value, &part.unit),
            _ => self.d.low_amount(&value, ""),
        }
    }

    fn set_by(&self, set: &Threshold) -> String {
        self.d.set_by(&set.set_by, &self.ui.at(&set.set_at).to_string())
    }

    fn known_span(&self) -> Option<String> {
        self.known.map(|(since, until)| self.d.known_span(&since.to_string(), &until.to_string()))
    }
}
