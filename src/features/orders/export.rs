//! The list as a file: exactly what the filter shows, in its order, streamed from the database.

use std::sync::{Arc, LazyLock};

use anyhow::Context as _;
use axum::{
    body::{Body, Bytes},
    extract::State,
    response::Response,
};
use futures_util::{StreamExt as _, stream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::io::ReaderStream;

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
        export::{Cell, Csv, Xlsx, attachment},
        form::Query,
        pager::Start,
    },
};

/// Exports at once: each keeps a connection of the database for long.
static AT_ONCE: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(3)));
/// Portions that wait for a slow reader.
const WAITING: usize = 4;

type Portions = mpsc::Receiver<sqlx::Result<Vec<Row>>>;

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
    let beginning = Csv::beginning(&writing.header()).context("the header")?;
    let rows = ReceiverStream::new(portions).map(move |portion| {
        let mut part = Csv::part(writing.zone);
        for row in &portion.map_err(std::io::Error::other)? {
            writing.row(row, |cells| part.row(cells))?;
        }
        part.into_bytes()
    });
    let body = Body::from_stream(stream::once(async { Ok::<Bytes, std::io::Error>(beginning) }).chain(rows));
    Ok(attachment(&name(&ui, "csv"), "text/csv; charset=utf-8", body))
}

/// `GET /orders/export.xlsx`. A workbook can only be sent when it is whole; it is written to a file.
pub async fn xlsx(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Error> {
    let (writing, mut portions) = begin(&app, &ui, &actor, parameters)?;
    let written = tokio::task::spawn_blocking(move || -> anyhow::Result<std::fs::File> {
        let title = Texts(writing.locale).orders();
        let mut workbook = Xlsx::new(title, writing.header(), writing.zone)?;
        while let Some(portion) = portions.blocking_recv() {
            for row in &portion? {
                writing.row(row, |cells| workbook.row(cells))?;
            }
        }
        workbook.finish()
    });
    let file = written.await.context("writing the workbook")??;
    let body = Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(file)));
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(attachment(&name(&ui, "xlsx"), kind, body))
}

fn begin(app: &App, ui: &Ui, actor: &Actor, parameters: Parameters) -> Result<(Writing, Portions), Error> {
    let permit = AT_ONCE.clone().try_acquire_owned().map_err(|_| Error::Busy)?;
    let filter = Filter { start: Start::First, ..Filter::from(parameters) };
    let (to, portions) = mpsc::channel(WAITING);
    let (app, scope) = (app.clone(), actor.scope.clone());
    let writing = Writing { locale: ui.locale, zone: app.settings.zone, readers: app.readers.clone() };
    tokio::spawn(async move {
        let _permit: OwnedSemaphorePermit = permit;
        if let Err(error) = send(&app.db, &scope, &filter, app.settings.zone, &to).await {
            tracing::warn!(%error, "an export ended early");
            // The reader of a broken file must see that it is broken.
            let _ = to.send(Err(error)).await;
        }
    });
    Ok((writing, portions))
}

fn name(ui: &Ui, kind: &str) -> String {
    format!("orders-{}.{kind}", ui.now.with_timezone(&ui.zone).format("%Y%m%d-%H%M"))
}

impl Writing {
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
