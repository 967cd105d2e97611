//! The list as a file: exactly what the filter shows, in its order, streamed from the database.

use axum::{extract::State, response::Response};

use super::{
    filter::{Filter, MOST_IDS, Parameters},
    list::store::{Row, send},
    texts::Texts,
    words,
};
use crate::{
    cloud_accounts::Readers,
    i18n::Locale,
    identity::access::{AccountId, Actor},
    state::App,
    web::{
        Error, Ui,
        download::{self, Portions, Table},
        export::Cell,
        form::Query,
        pager::Start,
    },
};

/// How rows are written for one reader.
#[derive(Clone)]
struct Writing {
    locale: Locale,
    zone: chrono_tz::Tz,
    readers: Readers,
}

/// `GET /resources/export.csv`.
pub async fn csv(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Error> {
    let (writing, portions) = begin(&app, &ui, &actor, parameters)?;
    download::csv(&ui, writing, portions)
}

/// `GET /resources/export.xlsx`.
pub async fn xlsx(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Error> {
    let (writing, portions) = begin(&app, &ui, &actor, parameters)?;
    download::xlsx(&ui, writing, portions).await
}

fn begin(
    app: &App,
    ui: &Ui,
    actor: &Actor,
    parameters: Parameters,
) -> Result<(Writing, Portions<Row>), Error> {
    let mut filter = Filter { start: Start::First, ..Filter::from(parameters) };
    filter.ids.truncate(MOST_IDS);
    let writing = Writing { locale: ui.locale, zone: app.settings.zone, readers: app.readers.clone() };
    let (app, scope, now) = (app.clone(), actor.scope.clone(), ui.now);
    let portions = download::begin(|to| async move { send(&app.db, &scope, &filter, now, &to).await })?;
    Ok((writing, portions))
}

impl Table for Writing {
    type Row = Row;
    const NAME: &'static str = "resources";

    fn title(&self) -> &'static str {
        Texts(self.locale).resources()
    }

    fn zone(&self) -> chrono_tz::Tz {
        self.zone
    }

    fn header(&self) -> Vec<String> {
        let t = Texts(self.locale);
        let timed = |name: &str| format!("{name} ({})", self.zone.name());
        vec![
            t.resource_id().to_owned(),
            t.name().to_owned(),
            t.account().to_owned(),
            t.service().to_owned(),
            t.kind().to_owned(),
            t.spec().to_owned(),
            t.region().to_owned(),
            t.project().to_owned(),
            t.policy().to_owned(),
            t.status().to_owned(),
            timed(t.bought()),
            timed(t.expires()),
            t.pending_order().to_owned(),
        ]
    }

    fn row<T>(&self, row: &Row, write: impl FnOnce(&[Cell<'_>]) -> T) -> T {
        let locale = self.locale;
        let size = words::size(row.spec(), row.size(), row.measure()).unwrap_or_default();
        let spec = [row.spec(), &size].join(" ");
        let project = if row.project_name().is_empty() { row.project_id() } else { row.project_name() };
        write(&[
            Cell::Text(row.resource_id()),
            Cell::Text(row.name()),
            Cell::Text(self.readers.name(AccountId(row.account())).unwrap_or_default()),
            Cell::Text(locale.pick(row.service_zh(), row.service_en())),
            Cell::Text(locale.pick(row.type_zh(), row.type_en())),
            Cell::Text(spec.trim()),
            Cell::Text(row.region()),
            Cell::Text(project),
            Cell::Text(&words::policy(row.policy(), locale).word),
            Cell::Text(&words::status(row.status(), locale).word),
            Cell::Time(row.effective_at()),
            Cell::Time(row.expires_at()),
            Cell::Text(row.pending_order()),
        ])
    }
}
