//! The list of coupons as a file: exactly what the filter shows, in its order, streamed from the database.

use super::{
    filter::{Filter, Parameters},
    store::{Row, send},
    texts::Texts,
    words::Shown,
};
use crate::{
    i18n::Locale,
    web::{
        coupons::Services,
        download::{Reader, Sender, Table},
        export::Cell,
        pager::Start,
    },
};

/// The list of coupons.
pub struct Coupons;

impl Table for Coupons {
    type Row = Row;
    type Asked = Parameters;
    const NAME: &'static str = "coupons";

    fn title(locale: Locale) -> &'static str {
        Texts(locale).coupons()
    }

    fn header(by: &Reader) -> Vec<String> {
        let t = Texts(by.locale);
        vec![
            t.coupon().to_owned(),
            t.account().to_owned(),
            t.kind().to_owned(),
            t.state().to_owned(),
            t.plan().to_owned(),
            t.limits().to_owned(),
            by.timed(t.valid_from()),
            by.timed(t.expires()),
            t.lock_order().to_owned(),
            t.used_by().to_owned(),
            t.face_yuan().to_owned(),
            t.left_yuan().to_owned(),
        ]
    }

    fn row<T>(by: &Reader, row: &Row, write: impl FnOnce(&[Cell<'_>]) -> T) -> T {
        let locale = by.locale;
        // Codes of services are exact, which is what files are for.
        let Ok(shown) = Shown::of(row, &Services::new(), by.now, locale) else {
            return write(&[Cell::Text(&row.coupon_id)]);
        };
        let limits = shown.limits.join(locale.pick("；", "; "));
        write(&[
            Cell::Text(&row.coupon_id),
            Cell::Text(by.account(row.account.0)),
            Cell::Text(&shown.title),
            Cell::Text(&shown.chip.word),
            Cell::Text(shown.wire.plan_name.as_deref().unwrap_or_default()),
            Cell::Text(&limits),
            Cell::Time(shown.wire.valid_time),
            Cell::Time(row.expires_at),
            Cell::Text(&row.lock_order_id),
            Cell::Text(shown.wire.order_id.as_deref().unwrap_or_default()),
            shown.face.map_or(Cell::Text(""), Cell::Money),
            row.remaining().map_or(Cell::Text(""), Cell::Money),
        ])
    }

    async fn send(by: Reader, asked: Parameters, to: Sender<Row>) -> sqlx::Result<()> {
        let filter = Filter { start: Start::First, ..Filter::from(asked) };
        send(&by.db, &by.scope, &filter, by.now, &to).await
    }
}
