//! The list as a file: exactly what the filter shows, in its order, streamed from the database.

use axum::{extract::State, response::Response};

use super::{
    filter::{Filter, Parameters},
    list::store::{Row, send},
    texts::{DetailTexts, Texts},
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

/// `GET /orders/export.csv`.
pub async fn csv(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Error> {
    let (writing, portions) = begin(&app, &ui, &actor, parameters)?;
    download::csv(&ui, writing, portions)
}

/// `GET /orders/export.xlsx`.
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
    let filter = Filter { start: Start::First, ..Filter::from(parameters) };
    let writing = Writing { locale: ui.locale, zone: app.settings.zone, readers: app.readers.clone() };
    let (app, scope) = (app.clone(), actor.scope.clone());
    let portions =
        download::begin(|to| async move { send(&app.db, &scope, &filter, app.settings.zone, &to).await })?;
    Ok((writing, portions))
}

impl Table for Writing {
    type Row = Row;
    const NAME: &'static str = "orders";

    fn title(&self) -> &'static str {
        Texts(self.locale).orders()
    }

    fn zone(&self) -> chrono_tz::Tz {
        self.zone
    }

    fn header(&self) -> Vec<String> {
        let (t, d) = (Texts(self.locale), DetailTexts(self.locale));
        let timed = |name: &str| format!("{name} ({})", self.zone.name());
        vec![
            t.order().to_owned(),
            t.account().to_owned(),
            t.status().to_owned(),
            t.kind().to_owned(),
            t.service().to_owned(),
            timed(t.created()),
            timed(t.paid()),
            timed(t.deadline()),
            timed(d.expires()),
            t.official_yuan().to_owned(),
            t.payable_yuan().to_owned(),
            d.created_by().to_owned(),
            d.project().to_owned(),
        ]
    }

    fn row<T>(&self, row: &Row, write: impl FnOnce(&[Cell<'_>]) -> T) -> T {
        let locale = self.locale;
        let status = words::status(row.status(), locale).word;
        let kind = words::order_type(row.order_type(), locale);
        write(&[
            Cell::Text(row.order_id()),
            Cell::Text(self.readers.name(AccountId(row.account())).unwrap_or_default()),
            Cell::Text(&status),
            Cell::Text(&kind),
            Cell::Text(locale.pick(row.service_zh(), row.service_en())),
            Cell::Time(Some(row.created_at())),
            Cell::Time(row.paid_at()),
            Cell::Time(row.pay_until()),
            Cell::Time(row.expires_at()),
            Cell::Money(row.official()),
            Cell::Money(row.payable()),
            Cell::Text(row.user_name()),
            Cell::Text(row.project_name()),
        ])
    }
}
