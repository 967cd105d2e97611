//! Income and expense as a file: exactly what the filter shows, in its order, streamed from the database.

use super::{
    filter::{Filter, Parameters},
    list::{
        store::{Row, send},
        words,
    },
    texts::Texts,
};
use crate::{
    i18n::Locale,
    web::{
        download::{Reader, Sender, Table},
        export::Cell,
        pager::Start,
    },
};

/// Income and expense.
pub struct Changes;

impl Table for Changes {
    type Row = Row;
    type Asked = Parameters;
    const NAME: &'static str = "income-and-expense";

    fn title(locale: Locale) -> &'static str {
        Texts(locale).changes()
    }

    fn header(by: &Reader) -> Vec<String> {
        let t = Texts(by.locale);
        vec![
            by.timed(t.time()),
            t.account().to_owned(),
            t.way().to_owned(),
            t.trade().to_owned(),
            t.detail().to_owned(),
            t.trade_id().to_owned(),
            t.service().to_owned(),
            t.resource_type().to_owned(),
            t.consumer().to_owned(),
            t.channel().to_owned(),
            t.channel_no().to_owned(),
            t.bill_cycle().to_owned(),
            t.amount_yuan().to_owned(),
            t.after_yuan().to_owned(),
        ]
    }

    fn row<T>(by: &Reader, row: &Row, write: impl FnOnce(&[Cell<'_>]) -> T) -> T {
        let locale = by.locale;
        let (way, trade) = (words::way(row, locale), words::trade(row, locale));
        let channel = words::channel(row, locale).unwrap_or_default();
        write(&[
            Cell::Time(Some(row.traded_at)),
            Cell::Text(by.account(row.account.0)),
            Cell::Text(&way),
            Cell::Text(&trade),
            Cell::Text(&row.detail),
            Cell::Text(&row.trade_id),
            Cell::Text(&row.service),
            Cell::Text(&row.resource_type),
            Cell::Text(&row.consumer),
            Cell::Text(&channel),
            Cell::Text(&row.channel_no),
            Cell::Text(&row.bill_cycle),
            Cell::Money(row.amount()),
            row.balance_after().map_or(Cell::Text(""), Cell::Money),
        ])
    }

    async fn send(by: Reader, asked: Parameters, to: Sender<Row>) -> sqlx::Result<()> {
        let filter = Filter { start: Start::First, ..Filter::from(asked) };
        send(&by.db, &by.scope, &filter, &to).await
    }
}
