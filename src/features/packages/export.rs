//! The list as a file: exactly what the filter shows, in its order, a line for each item.

use rust_decimal::Decimal;

use super::{
    filter::{Filter, Parameters},
    list::{
        by_package,
        store::{Item, Row, items, rows},
    },
    texts::Texts,
    words,
};
use crate::{
    i18n::Locale,
    money::Money,
    units::Units,
    web::{
        download::{Reader, Sender, Table},
        export::Cell,
        pager::Start,
    },
};

/// The list of packages.
pub struct Packages;

/// An item with its package.
pub struct Exported {
    row: Row,
    item: Option<Item>,
    unit: [String; 2],
    lapsing: Option<Money>,
}

impl Table for Packages {
    type Row = Exported;
    type Asked = Parameters;
    const NAME: &'static str = "packages";

    fn title(locale: Locale) -> &'static str {
        Texts(locale).packages()
    }

    fn header(by: &Reader) -> Vec<String> {
        let t = Texts(by.locale);
        vec![
            t.package_id().to_owned(),
            t.product().to_owned(),
            t.account().to_owned(),
            t.status().to_owned(),
            t.service().to_owned(),
            t.region().to_owned(),
            t.project().to_owned(),
            t.order().to_owned(),
            by.timed(t.effective()),
            by.timed(t.expires()),
            t.usage().to_owned(),
            t.left().to_owned(),
            t.quota().to_owned(),
            t.unit().to_owned(),
            t.refill().to_owned(),
            by.timed(t.cycle_until()),
            t.per_day().to_owned(),
            t.runs_out_on().to_owned(),
            t.left_at_end().to_owned(),
            t.lapsing_yuan().to_owned(),
        ]
    }

    fn row<T>(by: &Reader, one: &Exported, write: impl FnOnce(&[Cell<'_>]) -> T) -> T {
        let (locale, row) = (by.locale, &one.row);
        let item = one.item.as_ref();
        let amount = |amount: Option<Decimal>| amount.map_or(Cell::Text(""), Cell::Number);
        let said = item.map(|item| words::item(row, item, &Units::default(), locale, by.now));
        let runs_out = item.and_then(|item| item.runs_out).map(|day| day.to_string()).unwrap_or_default();
        write(&[
            Cell::Text(&row.order_instance_id),
            Cell::Text(locale.pick(&row.product_zh, &row.product_en)),
            Cell::Text(by.account(row.account)),
            Cell::Text(&words::status(row.status, locale).word),
            Cell::Text(locale.pick(&row.service_zh, &row.service_en)),
            Cell::Text(&row.region),
            Cell::Text(&row.project_id),
            Cell::Text(&row.order_id),
            Cell::Time(row.effective_at),
            Cell::Time(row.expires_at),
            Cell::Text(item.map_or("", |item| locale.pick(&item.usage_zh, &item.usage_en))),
            amount(item.and_then(|item| item.left)),
            amount(item.and_then(|item| item.quota)),
            Cell::Text(locale.pick(&one.unit[0], &one.unit[1])),
            Cell::Text(said.as_ref().map_or("", |said| &said.refill)),
            Cell::Time(said.as_ref().and_then(|said| said.cycle).map(|(_, until)| until)),
            amount(item.and_then(|item| item.per_day)),
            Cell::Text(&runs_out),
            amount(item.and_then(|item| item.left_at_end)),
            one.lapsing.map_or(Cell::Text(""), Cell::Money),
        ])
    }

    async fn send(by: Reader, asked: Parameters, to: Sender<Exported>) -> sqlx::Result<()> {
        let filter = Filter { start: Start::First, ..Filter::from(asked) };
        let found = rows(&by.db, &by.scope, &filter, by.now, true).await?;
        let units = Units::known(&by.db).await?;
        // Some hundred packages at a time, so that a slow reader does not keep all their items waiting.
        for some in found.chunks(500) {
            let held = items(&by.db, some, by.now).await?;
            let of = by_package(&held);
            let mut portion = Vec::new();
            for row in some {
                let mine = of
                    .get(&(row.account, row.order_instance_id.as_str()))
                    .map(Vec::as_slice)
                    .unwrap_or_default();
                let lapsing = words::lapsing(row, mine);
                let one = |item: Option<&Item>| Exported {
                    row: row.clone(),
                    unit: Locale::ALL.map(|locale| {
                        item.and_then(|item| item.measure)
                            .map(|id| units.name(id, locale))
                            .unwrap_or_default()
                    }),
                    item: item.cloned(),
                    lapsing,
                };
                if mine.is_empty() {
                    portion.push(one(None));
                }
                portion.extend(mine.iter().map(|item| one(Some(item))));
            }
            if to.send(Ok(portion)).await.is_err() {
                return Ok(());
            }
        }
        Ok(())
    }
}
