//! One resource: what it is, its life and what comes next, what is wanted for it, and what can be done. It
//! shows what was read before; only the refresh asks Huawei.

pub mod life;
pub mod store;

use std::borrow::Cow;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};

use self::{
    life::{Lengths, Stop, What, line},
    store::{Full, Past, Wanted, find, orders_of, read_at, wanted},
};
use super::{
    store::{Stored, attached_to},
    sync,
    texts::{DetailTexts, Texts},
    words,
};
use crate::{
    bss::{Listed, codes::OrderType, resources::Resource},
    identity::access::{Actor, Permission},
    operations::{Filter, Operation},
    state::App,
    web::{
        Error, Page, Ui,
        chip::{self, Chip},
        links,
        problem::Problem,
        refresh,
    },
};

/// Operations shown on the page; the rest is in the activity.
const OPERATIONS: u32 = 10;

struct Entry {
    url: String,
    what: &'static str,
    chip: Chip,
    by: String,
    at: DateTime<Utc>,
}

/// Something that can be done now.
struct Act {
    url: String,
    word: &'static str,
    class: &'static str,
}

impl Stop {
    fn class(&self) -> &'static str {
        match (self.what, self.is_past, self.is_current) {
            (What::Expires | What::GraceEnds, _, true) => "past current late",
            (_, _, true) => "past current",
            (_, true, false) => "past",
            (_, false, false) => "coming",
        }
    }
}

#[derive(Template)]
#[template(path = "resources/detail.html")]
struct DetailPage<'a> {
    ui: &'a Ui,
    t: Texts,
    d: DetailTexts,
    r: &'a Full,
    account: &'a str,
    status: Chip,
    policy: Chip,
    size: Option<String>,
    wanted: Option<&'a Wanted>,
    life: Vec<Stop>,
    lengths: Lengths,
    attached: Vec<Stored>,
    orders: Vec<Past>,
    operations: Vec<Entry>,
    /// The open operation that holds it.
    held_by: Option<String>,
    acts: Vec<Act>,
    unknown: Vec<(String, String)>,
    is_fresh: bool,
    problem: Option<Problem>,
}

/// `GET /resources/of/{id}`.
pub async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    page(&app, &ui, &actor, &id, None).await
}

/// `POST /resources/of/{id}/refresh`: reads the resource again now.
pub async fn read_again(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let known = find(&app.db, &actor.scope, &id).await?.ok_or(Error::NotFound)?;
    let read = app.readers.get(known.account).map(async |reader| {
        let (reader, asked_at) = (reader.within(refresh::WITHIN), app.clock.now());
        let only = std::slice::from_ref(&id);
        sync::again(&app.db, &app.clock, &reader, known.account, only).await?;
        Ok(read_at(&app.db, known.account, &id, asked_at).await?)
    });
    let page = async |problem| page(&app, &ui, &actor, &id, Some(problem)).await;
    refresh::refresh((&ui, &links::resource(&id)), read, page).await
}

async fn page(
    app: &App,
    ui: &Ui,
    actor: &Actor,
    id: &str,
    problem: Option<Problem>,
) -> Result<Response, Error> {
    let r = find(&app.db, &actor.scope, id).await?.ok_or(Error::NotFound)?;
    let ids = [r.resource_id.clone()];
    let attached = attached_to(&app.db, r.account, &ids).await?;
    let orders = orders_of(&app.db, r.account, id).await?;
    let wanted = wanted(&app.db, r.account, id).await?;
    let reading = app.desk.reading();
    let held_by = reading.holding_resources(&actor.scope, &ids).await?.pop();
    let about = Filter { subject: Some(r.resource_id.clone()), ..Filter::default() };
    let operations = reading.list(&actor.scope, &about, OPERATIONS).await?;
    let d = DetailTexts(ui.locale);
    let is_fresh =
        r.read_at.is_some_and(|at| (ui.now - at).to_std().unwrap_or_default() <= app.settings.max_data_age);
    let lengths = Lengths { grace: app.settings.grace_days, retention: app.settings.retention_days };
    let can = is_fresh && r.is_main && r.gone_at.is_none() && held_by.is_none();
    let view = DetailPage {
        t: Texts(ui.locale),
        d,
        account: app.readers.name(r.account).unwrap_or_default(),
        status: words::status(r.status, ui.locale),
        policy: words::policy(r.expire_policy, ui.locale),
        size: words::size(&r.spec, r.spec_size, r.spec_measure),
        wanted: wanted.as_ref(),
        life: line(&r, &orders, lengths, ui.now),
        lengths,
        attached,
        orders,
        operations: operations.iter().map(|operation| entry(operation, d, ui)).collect(),
        held_by: held_by.map(|(_, operation)| links::operation(operation.0)),
        acts: if can { acts(ui, &r) } else { Vec::new() },
        unknown: unknown(&r),
        is_fresh,
        problem,
        r: &r,
        ui,
    };
    Ok(Page(view).into_response())
}

/// Fields of what BSS listed that this version does not know.
fn unknown(r: &Full) -> Vec<(String, String)> {
    let listed = r.listed.as_deref().and_then(|text| serde_json::from_str::<Listed<Resource>>(text).ok());
    listed.map(|listed| listed.unknown_fields()).unwrap_or_default()
}

/// What the reader may do now. An unfinished order stands in the way of any other order, not of a policy.
fn acts(ui: &Ui, r: &Full) -> Vec<Act> {
    let t = Texts(ui.locale);
    let id = [r.resource_id.as_str()];
    let free = r.pending_order_id.is_empty();
    let act = |is_possible: bool, needs, url, word, class| {
        (is_possible && ui.may(needs)).then_some(Act { url, word, class })
    };
    [
        act(free, Permission::UnsubscribeResources, links::unsubscribe(id), t.unsubscribe(), " destructive"),
        act(free, Permission::ConvertResources, links::convert(id), t.convert(), ""),
        act(true, Permission::SetRenewal, links::at_expiry(id), t.at_expiry(), ""),
        act(true, Permission::SetRenewal, links::auto_renewal(id), t.auto_renewal(), ""),
        act(free, Permission::ViewPrices, links::quote_renewal(id), t.renewal_quote(), ""),
        act(free, Permission::RenewResources, links::renew(id), t.renew(), " primary"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn entry(operation: &Operation, d: DetailTexts, ui: &Ui) -> Entry {
    Entry {
        url: links::operation(operation.id.0),
        what: match operation.kind.as_str() {
            "renew" => d.renewal(),
            "unsubscribe" => d.unsubscription(),
            "auto_renew_on" => d.auto_on(),
            "auto_renew_off" => d.auto_off(),
            "at_expiry_on" => d.expiry_on(),
            "at_expiry_off" => d.expiry_off(),
            "convert" => d.conversion(),
            _ => d.other_operation(),
        },
        chip: chip::operation(operation.state, ui.locale),
        by: operation.requester_name.clone(),
        at: operation.created_at,
    }
}

impl DetailPage<'_> {
    fn title(&self) -> &str {
        if self.r.name.is_empty() { &self.r.resource_id } else { &self.r.name }
    }

    fn service(&self) -> String {
        self.ui.locale.pick(&self.r.service_zh, &self.r.service_en).clone()
    }

    fn kind(&self) -> String {
        self.ui.locale.pick(&self.r.type_zh, &self.r.type_en).clone()
    }

    fn project(&self) -> &str {
        if self.r.project_name.is_empty() { &self.r.project_id } else { &self.r.project_name }
    }

    fn wanted_chip(&self, wanted: &Wanted) -> Chip {
        words::policy(wanted.policy, self.ui.locale)
    }

    /// How an automatic renewal was wanted, in words; nothing for another policy.
    fn how_often(&self, wanted: &Wanted) -> Option<String> {
        let times = match wanted.times? {
            0 => self.d.without_end().to_owned(),
            n => self.d.times(n),
        };
        let period = match wanted.period.as_deref() {
            Some("MONTH") => Some(self.d.by_month()),
            Some("YEAR") => Some(self.d.by_year()),
            _ => None,
        };
        Some(period.map_or_else(|| times.clone(), |period| format!("{period} · {times}")))
    }

    fn set_by(&self, wanted: &Wanted) -> String {
        self.d.set_by(&wanted.set_by, &self.ui.at(&wanted.set_at).to_string())
    }

    /// Whether Huawei Cloud has something else than what is wanted here.
    fn drifts(&self) -> bool {
        let is = |wanted: &Wanted| words::tab(wanted.policy) != words::tab(self.r.expire_policy);
        self.r.gone_at.is_none() && self.wanted.is_some_and(is)
    }

    fn gone_since(&self, at: &DateTime<Utc>) -> String {
        self.d.gone_since(&self.ui.at(at).to_string())
    }

    fn life_hint(&self) -> String {
        self.d.life_hint(self.lengths.grace, self.lengths.retention)
    }

    fn word(&self, stop: &Stop) -> &'static str {
        stop.word(self.ui.locale)
    }

    fn phase(&self, stop: &Stop) -> Option<&'static str> {
        stop.phase(self.ui.locale)
    }

    fn has_after(&self) -> bool {
        self.life.iter().any(|stop| stop.what == What::GraceEnds)
    }

    /// How long the present phase lasts, at the place where it began.
    fn left(&self, stop: &Stop) -> Option<String> {
        let next = self.life.iter().find(|next| !next.is_past).filter(|_| stop.is_current)?;
        let left = next.at - self.ui.now;
        Some(match (left.num_days(), left.num_hours()) {
            (days @ 2.., _) => self.d.days_left(days),
            (_, hours @ 0..) if left.num_seconds() > 0 => self.d.hours_left(hours),
            _ => self.d.overdue().to_owned(),
        })
    }

    fn order_chip(&self, order: &Past) -> Chip {
        chip::order(order.status, self.ui.locale)
    }

    fn order_kind(&self, order: &Past) -> Cow<'static, str> {
        OrderType::from_code(order.order_type.into()).name(self.ui.locale)
    }

    fn status_of(&self, one: &Stored) -> Chip {
        words::status(one.status, self.ui.locale)
    }

    fn service_of(&self, one: &Stored) -> String {
        self.ui.locale.pick(&one.service_name_zh, &one.service_name_en).clone()
    }

    /// Whether the reader could act if the data were younger.
    fn wants_fresh(&self) -> bool {
        let may = [Permission::RenewResources, Permission::SetRenewal].iter().any(|may| self.ui.may(*may));
        !self.is_fresh && self.r.gone_at.is_none() && may
    }
}
