//! Lists as downloads: rows are streamed from the database into a file of either kind, however many there
//! are. It knows no list.

use std::sync::{Arc, LazyLock};

use anyhow::Context as _;
use axum::{
    body::{Body, Bytes},
    extract::State,
    response::Response,
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use futures_util::{StreamExt as _, TryStreamExt as _, stream, stream::BoxStream};
use serde::de::DeserializeOwned;
use sqlx::PgPool;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::io::ReaderStream;
use uuid::Uuid;

use super::{
    Error, Ui,
    export::{Cell, Csv, Xlsx, attachment},
    form::Query,
};
use crate::{
    cloud_accounts::Readers,
    i18n::Locale,
    identity::access::{AccountId, Actor, Scope},
    state::App,
};

/// Downloads at once: each keeps a connection of the database for long.
static AT_ONCE: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(3)));
/// Portions that wait for a slow reader.
const WAITING: usize = 4;
/// Rows that are sent at once.
const PORTION: usize = 500;

/// Where portions of rows go.
pub type Sender<R> = mpsc::Sender<sqlx::Result<Vec<R>>>;

/// A list that can be had as a file.
pub trait Table: Send + 'static {
    /// A row of the list.
    type Row: Send + 'static;
    /// What the URL says.
    type Asked: DeserializeOwned + Send;

    /// The name of the file, in ASCII and without date and ending.
    const NAME: &'static str;

    /// What the sheets of a workbook are called.
    fn title(locale: Locale) -> &'static str;

    /// The names of the columns.
    fn header(by: &Reader) -> Vec<String>;

    /// Writes a row.
    fn row<T>(by: &Reader, row: &Self::Row, write: impl FnOnce(&[Cell<'_>]) -> T) -> T;

    /// Sends all rows that are asked for.
    fn send(
        by: Reader,
        asked: Self::Asked,
        to: Sender<Self::Row>,
    ) -> impl Future<Output = sqlx::Result<()>> + Send + 'static;
}

/// By whom a list is read, and out of which database.
#[derive(Debug, Clone)]
pub struct Reader {
    /// The portal's database.
    pub db: PgPool,
    /// The accounts that the list is about.
    pub scope: Scope,
    /// The language.
    pub locale: Locale,
    /// The zone that times are written in.
    pub zone: Tz,
    /// When the file was asked for.
    pub now: DateTime<Utc>,
    accounts: Readers,
}

impl Reader {
    /// A column of times, whose zone is told.
    pub fn timed(&self, name: &str) -> String {
        format!("{name} ({})", self.zone.name())
    }

    /// What an account is called.
    pub fn account(&self, id: Uuid) -> &str {
        self.accounts.name(AccountId(id)).unwrap_or_default()
    }
}

/// The list as a CSV file, sent while it is read.
pub async fn csv<T: Table>(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Query(asked): Query<T::Asked>,
) -> Result<Response, Error> {
    let (by, portions) = begin::<T>(&app, &ui, &actor, asked)?;
    let beginning = Csv::beginning(&T::header(&by)).context("the header")?;
    let rows = ReceiverStream::new(portions).map(move |portion| {
        let mut part = Csv::part(by.zone);
        for row in &portion.map_err(std::io::Error::other)? {
            T::row(&by, row, |cells| part.row(cells))?;
        }
        part.into_bytes()
    });
    let body = Body::from_stream(stream::once(async { Ok::<Bytes, std::io::Error>(beginning) }).chain(rows));
    Ok(attachment(&name::<T>(&ui, "csv"), "text/csv; charset=utf-8", body))
}

/// The list as a workbook. It can only be sent when it is whole; it is written to a file.
pub async fn xlsx<T: Table>(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Query(asked): Query<T::Asked>,
) -> Result<Response, Error> {
    let (by, mut portions) = begin::<T>(&app, &ui, &actor, asked)?;
    let written = tokio::task::spawn_blocking(move || -> anyhow::Result<std::fs::File> {
        let mut workbook = Xlsx::new(T::title(by.locale), T::header(&by), by.zone)?;
        while let Some(portion) = portions.blocking_recv() {
            for row in &portion? {
                T::row(&by, row, |cells| workbook.row(cells))?;
            }
        }
        workbook.finish()
    });
    let file = written.await.context("writing the workbook")??;
    let body = Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(file)));
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(attachment(&name::<T>(&ui, "xlsx"), kind, body))
}

/// Rows as they are read, or why no more come.
type Portions<T> = mpsc::Receiver<sqlx::Result<Vec<<T as Table>::Row>>>;

/// Begins to read what a download needs, unless too many are under way.
fn begin<T: Table>(
    app: &App,
    ui: &Ui,
    actor: &Actor,
    asked: T::Asked,
) -> Result<(Reader, Portions<T>), Error> {
    let permit = AT_ONCE.clone().try_acquire_owned().map_err(|_| Error::Busy)?;
    let by = Reader {
        db: app.db.clone(),
        scope: actor.scope.clone(),
        locale: ui.locale,
        zone: app.settings.zone,
        now: ui.now,
        accounts: app.readers.clone(),
    };
    let (to, portions) = mpsc::channel(WAITING);
    let sending = T::send(by.clone(), asked, to.clone());
    tokio::spawn(async move {
        let _permit: OwnedSemaphorePermit = permit;
        if let Err(error) = sending.await {
            tracing::warn!(%error, "an export ended early");
            // The reader of a broken file must see that it is broken.
            let _ = to.send(Err(error)).await;
        }
    });
    Ok((by, portions))
}

/// Sends rows in portions as they come from the database, until nobody takes them any more.
pub async fn send_all<R>(mut rows: BoxStream<'_, sqlx::Result<R>>, to: &Sender<R>) -> sqlx::Result<()> {
    let mut portion = Vec::with_capacity(PORTION);
    while let Some(row) = rows.try_next().await? {
        portion.push(row);
        if portion.len() == PORTION
            && to.send(Ok(std::mem::replace(&mut portion, Vec::with_capacity(PORTION)))).await.is_err()
        {
            return Ok(());
        }
    }
    // Nobody there any more: nothing is lost.
    let _ = to.send(Ok(portion)).await;
    Ok(())
}

fn name<T: Table>(ui: &Ui, kind: &str) -> String {
    format!("{}-{}.{kind}", T::NAME, ui.now.with_timezone(&ui.zone).format("%Y%m%d-%H%M"))
}
