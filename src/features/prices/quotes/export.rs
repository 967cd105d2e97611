//! Quotes as files: one row for each line, with every digit of its amounts.

use uuid::Uuid;

use super::{Filter, Parameters, Stored, store, texts::QuoteTexts};
use crate::{
    features::prices::{answer::Answer, table::exact},
    i18n::Locale,
    web::{
        download::{Reader, Sender, Table, send_all},
        export::Cell,
        pager::Start,
    },
};

/// The lines of quotes.
pub struct Lines;

/// A line of a quote.
pub struct Row {
    quote: String,
    account: Uuid,
    kind: &'static str,
    times: [chrono::DateTime<chrono::Utc>; 2],
    made_by: String,
    words: [String; 2],
    asked: String,
    official: String,
    payable: String,
    alone: String,
    discount: String,
}

impl Table for Lines {
    type Row = Row;
    type Asked = Parameters;
    const NAME: &'static str = "quotes";

    fn title(locale: Locale) -> &'static str {
        QuoteTexts(locale).quotes()
    }

    fn header(by: &Reader) -> Vec<String> {
        let t = QuoteTexts(by.locale);
        vec![
            t.name().to_owned(),
            t.account().to_owned(),
            t.kind().to_owned(),
            by.timed(t.made_at()),
            by.timed(t.valid_until()),
            t.made_by().to_owned(),
            t.product().to_owned(),
            t.terms().to_owned(),
            t.asked().to_owned(),
            t.official_yuan().to_owned(),
            t.payable_yuan().to_owned(),
            t.alone_yuan().to_owned(),
            t.discount().to_owned(),
        ]
    }

    fn row<T>(by: &Reader, row: &Row, write: impl FnOnce(&[Cell<'_>]) -> T) -> T {
        let [made_at, valid_until] = row.times;
        write(&[
            Cell::Text(&row.quote),
            Cell::Text(by.account(row.account)),
            Cell::Text(row.kind),
            Cell::Time(Some(made_at)),
            Cell::Time(Some(valid_until)),
            Cell::Text(&row.made_by),
            Cell::Text(&row.words[0]),
            Cell::Text(&row.words[1]),
            Cell::Text(&row.asked),
            // Prices have up to ten decimals, which a number of a spreadsheet cannot be trusted with.
            Cell::Text(&row.official),
            Cell::Text(&row.payable),
            Cell::Text(&row.alone),
            Cell::Text(&row.discount),
        ])
    }

    async fn send(by: Reader, asked: Parameters, to: Sender<Row>) -> sqlx::Result<()> {
        let only = asked.quote;
        let filter = Filter { start: Start::First, ..Filter::from(asked) };
        let quotes = store::all(&by.db, &by.scope, (&filter, only), by.now).await?;
        let rows: Vec<_> = quotes.iter().flat_map(|quote| rows(quote, by.locale)).map(Ok).collect();
        send_all(Box::pin(futures_util::stream::iter(rows)), &to).await
    }
}

fn rows(quote: &Stored, locale: Locale) -> Vec<Row> {
    let t = QuoteTexts(locale);
    let answer: Answer = serde_json::from_str(&quote.answer).unwrap_or_default();
    let line = |line: crate::features::prices::answer::Priced| {
        let sum = answer.sums.get(line.sum);
        let offers = if line.offers.is_empty() { sum.map(|sum| &sum.offers) } else { Some(&line.offers) };
        let best = offers.and_then(|offers| offers.iter().find(|offer| offer.best));
        Row {
            quote: quote.name.clone(),
            account: quote.account.0,
            kind: if quote.is_renewal() { t.renewal() } else { t.purchase() },
            times: [quote.made_at, quote.valid_until],
            made_by: quote.made_by.clone(),
            official: line.official.map(exact).unwrap_or_default(),
            payable: line.payable().map(exact).unwrap_or_default(),
            alone: line.amount.map(exact).unwrap_or_default(),
            discount: best.map(|offer| offer.name.clone()).unwrap_or_default(),
            words: locale.pick(&line.zh, &line.en).clone(),
            asked: line.asked,
        }
    };
    answer.lines.clone().into_iter().map(line).collect()
}
