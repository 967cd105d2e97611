//! The list as a file: exactly what the filter shows, in its order, streamed from the database.

use super::{
    filter::{Filter, MOST_IDS, Parameters},
    list::store::{Row, send},
    texts::Texts,
    words,
};
use crate::{
    i18n::Locale,
    web::{
        download::{Reader, Sender, Table},
        export::Cell,
        pager::Start,
    },
};

/// The list of resources.
pub struct Resources;

impl Table for Resources {
    type Row = Row;
    type Asked = Parameters;
    const NAME: &'static str = "resources";

    fn title(locale: Locale) -> &'static str {
        Texts(locale).resources()
    }

    fn header(by: &Reader) -> Vec<String> {
        let t = Texts(by.locale);
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
            by.timed(t.bought()),
            by.timed(t.expires()),
            t.pending_order().to_owned(),
        ]
    }

    fn row<T>(by: &Reader, row: &Row, write: impl FnOnce(&[Cell<'_>]) -> T) -> T {
        let locale = by.locale;
        let size = words::size(row.spec(), row.size(), row.measure()).unwrap_or_default();
        let spec = [row.spec(), &size].join(" ");
        let project = if row.project_name().is_empty() { row.project_id() } else { row.project_name() };
        write(&[
            Cell::Text(row.resource_id()),
            Cell::Text(row.name()),
            Cell::Text(by.account(row.account())),
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

    async fn send(by: Reader, asked: Parameters, to: Sender<Row>) -> sqlx::Result<()> {
        let mut filter = Filter { start: Start::First, ..Filter::from(asked) };
        filter.ids.truncate(MOST_IDS);
        send(&by.db, &by.scope, &filter, by.now, &to).await
    }
}
