//! Lists as downloads: rows are streamed from the database into a file of either kind, however many there
//! are. It knows no list.

use std::sync::{Arc, LazyLock};

use anyhow::Context as _;
use axum::{
    body::{Body, Bytes},
    response::Response,
};
use chrono_tz::Tz;
use futures_util::{StreamExt as _, TryStreamExt as _, stream, stream::BoxStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::io::ReaderStream;

use super::{
    Error, Ui,
    export::{Cell, Csv, Xlsx, attachment},
};

/// Downloads at once: each keeps a connection of the database for long.
static AT_ONCE: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(3)));
/// Portions that wait for a slow reader.
const WAITING: usize = 4;
/// Rows that are sent at once.
const PORTION: usize = 500;

/// Where portions of rows go.
pub type Sender<R> = mpsc::Sender<sqlx::Result<Vec<R>>>;
/// Where they come from.
pub type Portions<R> = mpsc::Receiver<sqlx::Result<Vec<R>>>;

/// A list as a table of a file, for one reader.
pub trait Table: Clone + Send + Sync + 'static {
    /// A row of the list.
    type Row: Send + 'static;

    /// The name of the file, in ASCII and without date and ending.
    const NAME: &'static str;

    /// What the sheets of a workbook are called.
    fn title(&self) -> &'static str;

    /// The zone that times are written in.
    fn zone(&self) -> Tz;

    /// The names of the columns.
    fn header(&self) -> Vec<String>;

    /// Writes a row.
    fn row<T>(&self, row: &Self::Row, write: impl FnOnce(&[Cell<'_>]) -> T) -> T;
}

/// Begins to read what a download needs, unless too many are under way. `send` sends all rows.
pub fn begin<R, F>(send: impl FnOnce(Sender<R>) -> F) -> Result<Portions<R>, Error>
where
    R: Send + 'static,
    F: Future<Output = sqlx::Result<()>> + Send + 'static,
{
    let permit = AT_ONCE.clone().try_acquire_owned().map_err(|_| Error::Busy)?;
    let (to, portions) = mpsc::channel(WAITING);
    let sending = send(to.clone());
    tokio::spawn(async move {
        let _permit: OwnedSemaphorePermit = permit;
        if let Err(error) = sending.await {
            tracing::warn!(%error, "an export ended early");
            // The reader of a broken file must see that it is broken.
            let _ = to.send(Err(error)).await;
        }
    });
    Ok(portions)
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

/// A CSV file, sent while it is read.
pub fn csv<T: Table>(ui: &Ui, table: T, portions: Portions<T::Row>) -> Result<Response, Error> {
    let beginning = Csv::beginning(&table.header()).context("the header")?;
    let rows = ReceiverStream::new(portions).map(move |portion| {
        let mut part = Csv::part(table.zone());
        for row in &portion.map_err(std::io::Error::other)? {
            table.row(row, |cells| part.row(cells))?;
        }
        part.into_bytes()
    });
    let body = Body::from_stream(stream::once(async { Ok::<Bytes, std::io::Error>(beginning) }).chain(rows));
    Ok(attachment(&name::<T>(ui, "csv"), "text/csv; charset=utf-8", body))
}

/// A workbook. It can only be sent when it is whole; it is written to a file.
pub async fn xlsx<T: Table>(ui: &Ui, table: T, mut portions: Portions<T::Row>) -> Result<Response, Error> {
    let written = tokio::task::spawn_blocking(move || -> anyhow::Result<std::fs::File> {
        let mut workbook = Xlsx::new(table.title(), table.header(), table.zone())?;
        while let Some(portion) = portions.blocking_recv() {
            for row in &portion? {
                table.row(row, |cells| workbook.row(cells))?;
            }
        }
        workbook.finish()
    });
    let file = written.await.context("writing the workbook")??;
    let body = Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(file)));
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(attachment(&name::<T>(ui, "xlsx"), kind, body))
}

fn name<T: Table>(ui: &Ui, kind: &str) -> String {
    format!("{}-{}.{kind}", T::NAME, ui.now.with_timezone(&ui.zone).format("%Y%m%d-%H%M"))
}
