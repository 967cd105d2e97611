//! What income and expense are filtered by, as it stands in the URL. What makes no sense in a URL filters nothing.

use chrono_tz::Asia::Shanghai;
use serde::Deserialize;
use uuid::Uuid;

use super::changes::Purse;
use crate::{
    search,
    web::{
        filters::{self, Dates},
        pager::Start,
    },
};

/// The parameters of the URL.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Parameters {
    of: Option<String>,
    way: Option<String>,
    trade: Option<String>,
    account: Option<String>,
    from: Option<String>,
    to: Option<String>,
    q: Option<String>,
    after: Option<String>,
    before: Option<String>,
}

/// Which way money went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It came in.
    In,
    /// It went out.
    Out,
}

impl Way {
    /// Both.
    pub const ALL: [Self; 2] = [Self::In, Self::Out];

    /// Its name in the URL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }

    /// BSS's word.
    pub const fn direction(self) -> &'static str {
        match self {
            Self::In => "REVENUE",
            Self::Out => "EXPENSE",
        }
    }
}

/// Some of what came in and went out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this account of money.
    pub purse: Purse,
    /// Only what came in, or what went out.
    pub way: Option<Way>,
    /// Only of this type of trade, by its code.
    pub trade: Option<String>,
    /// Only of this account.
    pub account: Option<Uuid>,
    /// Only on these days, by Beijing's calendar.
    pub days: Dates,
    /// Only with this text, folded.
    pub text: String,
    /// Where the page lies.
    pub start: Start,
}

impl From<Parameters> for Filter {
    fn from(from: Parameters) -> Self {
        let way = from.way.unwrap_or_default();
        let text = from.q.unwrap_or_default();
        Self {
            purse: if from.of.as_deref() == Some("credit") { Purse::Credit } else { Purse::Cash },
            way: Way::ALL.into_iter().find(|one| one.name() == way),
            trade: from.trade.filter(|code| !code.is_empty() && code.len() <= 100),
            account: from.account.and_then(|id| id.parse().ok()),
            days: Dates::parse(from.from.as_deref(), from.to.as_deref()),
            text: search::fold(text.trim()).chars().take(search::LONGEST).collect(),
            start: Start::parse(from.after.as_deref(), from.before.as_deref()),
        }
    }
}

/// When the days of a filter begin and end.
pub type Bounds = (Option<chrono::DateTime<chrono::Utc>>, Option<chrono::DateTime<chrono::Utc>>);

impl Filter {
    /// Bounds of the time of a trade.
    pub fn bounds(&self) -> Bounds {
        (self.days.start(Shanghai), self.days.end(Shanghai))
    }

    /// Whether anything but the tab is filtered.
    pub fn is_narrowed(&self) -> bool {
        *self != Self { purse: self.purse, start: self.start.clone(), ..Self::default() }
    }

    /// The filter as a query string.
    pub fn query(&self) -> String {
        let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let mut pairs = vec![
            ("of", if self.purse == Purse::Credit { "credit".to_owned() } else { String::new() }),
            ("way", self.way.map(Way::name).unwrap_or_default().to_owned()),
            ("trade", self.trade.clone().unwrap_or_default()),
            ("account", self.account.map(|id| id.to_string()).unwrap_or_default()),
            ("from", day(self.days.from)),
            ("to", day(self.days.to)),
            ("q", self.text.clone()),
        ];
        pairs.extend(self.start.parameter());
        filters::query(pairs)
    }

    /// The query string of the first page of what this finds.
    pub fn conditions(&self) -> String {
        Self { start: Start::First, ..self.clone() }.query()
    }

    /// This filter with something changed, from its first page on.
    #[must_use]
    pub fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut filter = Self { start: Start::First, ..self.clone() };
        change(&mut filter);
        filter
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(query: &str) -> Filter {
        let pairs: std::collections::HashMap<String, String> =
            form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let get = |name: &str| pairs.get(name).cloned();
        Parameters {
            of: get("of"),
            way: get("way"),
            trade: get("trade"),
            account: get("account"),
            from: get("from"),
            to: get("to"),
            q: get("q"),
            after: get("after"),
            before: get("before"),
        }
        .into()
    }

    #[test]
    fn a_filter_survives_the_url_and_nonsense_filters_nothing() {
        for query in [
            "",
            "of=credit&way=out&trade=DEDEUCT&from=2026-01-01&to=2026-02-01",
            "account=00000000-0000-0000-0000-000000000001&q=cs26&after=1700000000000000_3",
            "before=end",
        ] {
            let one = filter(query);
            assert_eq!((filter(&one.query()), one.query().as_str()), (one.clone(), query));
        }
        assert_eq!(filter("of=gold&way=up&account=me&from=soon&after=z").query(), "");
    }
}
