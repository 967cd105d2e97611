//! The calendar as an iCalendar file (RFC 5545) at a secret address, for calendar programs, which cannot sign
//! in. Who has the address sees what its owner may see now; only its digest is kept.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{Days, NaiveDate};
use icalendar::{Calendar, Component as _, Event as Entry, EventLike as _};
use rand::Rng as _;
use sha2::{Digest as _, Sha256};

use super::{
    Asked, due,
    forecast::{self, Sum},
    page,
    store::{self, OnDay},
    texts::FeedTexts,
    today,
};
use crate::{
    i18n::Locale,
    identity::{
        access::{Actor, Permission},
        events::{Event, Kind},
    },
    money::Money,
    state::App,
    web::{Error, Form, Page, Ui, form::Nothing, links, session::Visit},
};

/// The longest list of names in one entry.
const NAMES: usize = 20;
/// Resources whose names the entries may tell.
const NAMED: i64 = 2_000;
/// Unpaid orders that are entries.
const ORDERS: i64 = 200;

/// `POST /resources/calendar/feed`: makes a new secret address; an earlier one is none any more. It is
/// shown on the page that answers, and never again.
pub(super) async fn make(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    visit: Visit,
    Form(Nothing { .. }): Form<Nothing>,
) -> Result<Response, Error> {
    let mut secret = [0_u8; 32];
    rand::rng().fill_bytes(&mut secret);
    let secret = BASE64_URL_SAFE_NO_PAD.encode(secret);
    store::put_feed(&app.db, actor.id, &digest(&secret), app.clock.now()).await?;
    app.identity.record(&Event::own(Kind::CalendarShared, actor.id, visit.whence())).await?;
    let mut page = page(&app, &ui, &actor, Asked::default()).await?;
    let origin = app.settings.public_url.as_str().trim_end_matches('/');
    page.address = Some(format!("{origin}{}{secret}.ics", links::CALENDAR_FEEDS));
    Ok(Page(page).into_response())
}

/// `POST /resources/calendar/feed/revoke`.
pub(super) async fn revoke(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Form(Nothing { .. }): Form<Nothing>,
) -> Result<Redirect, Error> {
    store::drop_feed(&app.db, actor.id).await?;
    app.identity.record(&Event::own(Kind::CalendarWithdrawn, actor.id, visit.whence())).await?;
    Ok(Redirect::to(links::CALENDAR))
}

/// `GET /calendar/{secret}.ics`.
pub(super) async fn serve(State(app): State<App>, Path(name): Path<String>) -> Result<Response, Error> {
    let secret = name.strip_suffix(".ics").ok_or(Error::NotFound)?;
    let owner = store::owner(&app.db, &digest(secret)).await?.ok_or(Error::NotFound)?;
    if !owner.role.grants(Permission::ViewResources) {
        return Err(Error::NotFound);
    }
    let now = app.clock.now();
    store::used(&app.db, owner.person, now).await?;
    let today = today(now);
    let all = due(&app, &owner.scope, now).await?;
    let last = forecast::last_day(today);
    let mut named: BTreeMap<NaiveDate, Vec<OnDay>> = BTreeMap::new();
    for row in store::on_days(&app.db, &owner.scope, (today - Days::new(45), last), NAMED).await? {
        named.entry(row.due.max(today)).or_default().push(row);
    }
    let locale = Locale::from_tag(&owner.locale).unwrap_or_default();
    let t = FeedTexts(locale);
    let mut calendar = Calendar::new().name(t.name()).done();
    for (day, sum) in forecast::by_day(&all) {
        let rows = named.get(&day).map(Vec::as_slice).unwrap_or_default();
        calendar.push(
            Entry::new()
                .uid(&format!("renewals-{day}-{}@bss-portal", owner.person))
                .timestamp(now)
                .summary(&summary(t, &sum))
                .description(&description(t, &sum, rows, locale))
                .all_day(day)
                .url(&absolute(&app, &format!("{}?day={day}", links::CALENDAR)))
                .done(),
        );
    }
    if owner.role.grants(Permission::ViewOrders) {
        for order in store::unpaid(&app.db, &owner.scope, ORDERS).await? {
            let account = app.readers.name(order.account).unwrap_or_default();
            let service = locale.pick(order.service_zh.as_str(), &order.service_en);
            let amount = Money::new(order.payable).to_string();
            calendar.push(
                Entry::new()
                    .uid(&format!("order-{}-{}@bss-portal", order.order_id, owner.person))
                    .timestamp(now)
                    .summary(&t.pay(service, &amount))
                    .description(&format!("{} · {account}", order.order_id))
                    .starts(order.pay_until)
                    .ends(order.pay_until)
                    .url(&absolute(&app, &links::order(&order.order_id)))
                    .done(),
            );
        }
    }
    let body = calendar.done().to_string();
    Ok(([(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], body).into_response())
}

fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

fn absolute(app: &App, path: &str) -> String {
    format!("{}{path}", app.settings.public_url.as_str().trim_end_matches('/'))
}

fn summary(t: FeedTexts, sum: &Sum) -> String {
    let amount = sum.amount().to_string();
    match (sum.automatic, sum.manual) {
        (automatic, 0) => t.automatic(automatic, &amount),
        (0, manual) => t.manual(manual, &amount),
        (automatic, manual) => t.both(automatic, manual, &amount),
    }
}

fn description(t: FeedTexts, sum: &Sum, rows: &[OnDay], locale: Locale) -> String {
    let mut lines: Vec<String> = rows
        .iter()
        .take(NAMES)
        .map(|row| {
            let name = if row.name.is_empty() { &row.resource_id } else { &row.name };
            let amount = row.amount().map(|amount| format!(" ¥{amount}")).unwrap_or_default();
            format!("{name} ({}){amount}", locale.pick(row.service_zh.as_str(), &row.service_en))
        })
        .collect();
    let told = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    if sum.count() > told {
        lines.push(t.more(sum.count() - told));
    }
    if sum.last_paid > 0 || sum.unknown > 0 {
        lines.push(t.caveat().to_owned());
    }
    lines.join("\n")
}
