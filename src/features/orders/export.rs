//! The list as a file: exactly what the filter shows, in its order, streamed from the database.

use super::{
    filter::{Filter, Parameters},
    list::store::{Row, send},
    texts::{DetailTexts, Texts},
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

/// The list of orders.
pub struct Orders;

impl Table for Orders {
    type Row = Row;
    type Asked = Parameters;
    const NAME: &'static str = "orders";

    fn title(locale: Locale) -> &'static str {
        Texts(locale).orders()
    }

    fn header(by: &Reader) -> Vec<String> {
        let (t, d) = (Texts(by.locale), DetailTexts(by.locale));
        vec![
            t.order().to_owned(),
            t.account().to_owned(),
            t.status().to_owned(),
            t.kind().to_owned(),
            t.service().to_owned(),
            by.timed(t.created()),
            by.timed(t.paid()),
            by.timed(t.deadline()),
            by.timed(d.expires()),
            t.official_yuan().to_owned(),
            t.payable_yuan().to_owned(),
            d.created_by().to_owned(),
            d.project().to_owned(),
        ]
    }

    fn row<T>(by: &Reader, row: &Row, write: impl FnOnce(&[Cell<'_>]) -> T) -> T {
        let locale = by.locale;
        let status = words::status(row.status(), locale).word;
        let kind = words::order_type(row.order_type(), locale);
        write(&[
            Cell::Text(row.order_id()),
            Cell::Text(by.account(row.account())),
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

    async fn send(by: Reader, asked: Parameters, to: Sender<Row>) -> sqlx::Result<()> {
        let filter = Filter { start: Start::First, ..Filter::from(asked) };
        send(&by.db, &by.scope, &filter, by.zone, &to).await
    }
}
