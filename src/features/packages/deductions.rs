//! The deductions of a package as a file: every one that was read, the newest first.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::{
    detail::store::{self, Deduction},
    texts::{DetailTexts, Texts},
};
use crate::{
    i18n::Locale,
    units::Units,
    web::{
        download::{Reader, Sender, Table},
        export::Cell,
    },
};

/// The deductions of one package.
pub struct Deductions;

/// Which one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    package: String,
}

/// A deduction with the name of its unit.
pub struct Exported {
    one: Deduction,
    unit: String,
}

impl Table for Deductions {
    type Row = Exported;
    type Asked = Asked;
    const NAME: &'static str = "package-deductions";

    fn title(locale: Locale) -> &'static str {
        DetailTexts(locale).deductions()
    }

    fn header(by: &Reader) -> Vec<String> {
        let (t, d) = (Texts(by.locale), DetailTexts(by.locale));
        vec![
            by.timed(d.deducted_at()),
            t.usage().to_owned(),
            d.resource().to_owned(),
            d.resource_type().to_owned(),
            d.before().to_owned(),
            d.used().to_owned(),
            d.after().to_owned(),
            t.unit().to_owned(),
            by.timed(d.used_from()),
            by.timed(d.used_until()),
        ]
    }

    fn row<T>(by: &Reader, row: &Exported, write: impl FnOnce(&[Cell<'_>]) -> T) -> T {
        let amount = |amount: Option<Decimal>| amount.map_or(Cell::Text(""), Cell::Number);
        let (one, time) = (&row.one, |at: Option<DateTime<Utc>>| Cell::Time(at));
        write(&[
            time(Some(one.at)),
            Cell::Text(by.locale.pick(&one.usage_zh, &one.usage_en)),
            Cell::Text(&one.resource_id),
            Cell::Text(&one.resource_type),
            amount(one.before),
            amount(one.used),
            amount(one.after),
            Cell::Text(&row.unit),
            time(one.used_from),
            time(one.used_until),
        ])
    }

    async fn send(by: Reader, asked: Asked, to: Sender<Exported>) -> sqlx::Result<()> {
        let units = Units::known(&by.db).await?;
        let rows = store::deductions(&by.db, &by.scope, &asked.package, i64::MAX).await?;
        let unit = |one: &Deduction| one.measure.map(|id| units.name(id, by.locale)).unwrap_or_default();
        let mut rows = rows.into_iter().map(|one| Exported { unit: unit(&one), one }).peekable();
        while rows.peek().is_some() {
            if to.send(Ok(rows.by_ref().take(500).collect())).await.is_err() {
                return Ok(());
            }
        }
        Ok(())
    }
}
