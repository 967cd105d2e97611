//! What a list of packages is filtered by, as it stands in the URL. What makes no sense there filters nothing.

use serde::Deserialize;
use uuid::Uuid;

use crate::{
    search,
    web::{filters, pager::Start},
};

/// Packages that run out or end within so many days are near it.
pub const NEAR_DAYS: i32 = 30;

/// The parameters of the URL.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Parameters {
    state: Option<String>,
    near: Option<String>,
    service: Option<String>,
    region: Option<String>,
    account: Option<String>,
    order: Option<String>,
    q: Option<String>,
    sort: Option<String>,
    after: Option<String>,
    before: Option<String>,
}

impl Parameters {
    /// The text that was typed.
    pub fn typed(&self) -> &str {
        self.q.as_deref().unwrap_or_default()
    }
}

/// Where packages are in their life.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tab {
    /// They can be used.
    #[default]
    InEffect,
    /// They cannot be used yet.
    Pending,
    /// Nothing is left.
    UsedUp,
    /// They have ended.
    Expired,
    /// They were given back.
    Unsubscribed,
    /// All of them.
    All,
}

impl Tab {
    /// Every tab, in its order.
    pub const ALL: [Self; 6] =
        [Self::InEffect, Self::Pending, Self::UsedUp, Self::Expired, Self::Unsubscribed, Self::All];

    /// BSS's code; none for all of them.
    pub const fn code(self) -> Option<i16> {
        match self {
            Self::Pending => Some(0),
            Self::InEffect => Some(1),
            Self::UsedUp => Some(2),
            Self::Expired => Some(3),
            Self::Unsubscribed => Some(4),
            Self::All => None,
        }
    }

    /// The name in the URL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InEffect => "in-effect",
            Self::Pending => "pending",
            Self::UsedUp => "used-up",
            Self::Expired => "expired",
            Self::Unsubscribed => "unsubscribed",
            Self::All => "all",
        }
    }
}

/// What is soon to be decided about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Near {
    /// Little is left: less than its threshold.
    Low,
    /// It runs out soon, by what is expected.
    RunningOut,
    /// It ends soon.
    Expiring,
}

impl Near {
    /// Each, in its order.
    pub const ALL: [Self; 3] = [Self::Low, Self::RunningOut, Self::Expiring];

    /// The name in the URL and in the statement.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::RunningOut => "running-out",
            Self::Expiring => "expiring",
        }
    }
}

/// A list of packages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Where they are in their life.
    pub tab: Tab,
    /// Only those that are near something.
    pub near: Option<Near>,
    /// Only of this service.
    pub service: Option<String>,
    /// Only in this region.
    pub region: Option<String>,
    /// Only of this account.
    pub account: Option<Uuid>,
    /// Only those that this order bought.
    pub order: Option<String>,
    /// Only with this text, folded.
    pub text: String,
    /// Whether the latest end comes first.
    pub descending: bool,
    /// Where the page lies.
    pub start: Start,
}

impl From<Parameters> for Filter {
    fn from(from: Parameters) -> Self {
        let code = |code: Option<String>| code.filter(|code| !code.is_empty() && code.len() <= 100);
        let order = code(from.order);
        let usual = if order.is_some() { Tab::All } else { Tab::InEffect };
        Self {
            tab: from
                .state
                .and_then(|name| Tab::ALL.into_iter().find(|tab| tab.name() == name))
                .unwrap_or(usual),
            near: from.near.and_then(|name| Near::ALL.into_iter().find(|near| near.name() == name)),
            service: code(from.service),
            region: code(from.region),
            account: from.account.and_then(|id| id.parse().ok()),
            order,
            text: search::fold(from.q.unwrap_or_default().trim()).chars().take(search::LONGEST).collect(),
            descending: from.sort.as_deref() == Some("-expiry"),
            start: Start::parse(from.after.as_deref(), from.before.as_deref()),
        }
    }
}

impl Filter {
    /// Whether anything but the tab is filtered.
    pub fn is_narrowed(&self) -> bool {
        let Self { tab, descending, start, .. } = self;
        *self != Self { tab: *tab, descending: *descending, start: start.clone(), ..Self::default() }
    }

    /// The value of `state`; empty for the usual.
    pub fn state_parameter(&self) -> &'static str {
        let usual = if self.order.is_some() { Tab::All } else { Tab::InEffect };
        if self.tab == usual { "" } else { self.tab.name() }
    }

    /// The value of `sort`; empty for the usual.
    pub const fn sort_parameter(&self) -> &'static str {
        if self.descending { "-expiry" } else { "" }
    }

    /// The filter as a query string.
    pub fn query(&self) -> String {
        let some = |code: &Option<String>| code.clone().unwrap_or_default();
        let mut pairs = vec![
            ("state", self.state_parameter().to_owned()),
            ("near", self.near.map(Near::name).unwrap_or_default().to_owned()),
            ("service", some(&self.service)),
            ("region", some(&self.region)),
            ("account", self.account.map(|id| id.to_string()).unwrap_or_default()),
            ("order", some(&self.order)),
            ("q", self.text.clone()),
            ("sort", self.sort_parameter().to_owned()),
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
        let uri: axum::http::Uri = format!("/?{query}").parse().expect("a uri");
        let parameters: axum::extract::Query<Parameters> =
            axum::extract::Query::try_from_uri(&uri).expect("a query");
        parameters.0.into()
    }

    #[test]
    fn a_filter_survives_the_url() {
        for query in [
            "",
            "state=expired&sort=-expiry",
            "near=low&service=hws.service.type.obs&region=cn-north-4",
            "near=running-out&account=00000000-0000-0000-0000-000000000001",
            "order=CS2612010000AAAAA",
            "state=in-effect&order=CS2612010000AAAAA",
            "q=%E6%B5%81%E9%87%8F&after=1700000000000000_3",
        ] {
            let one = filter(query);
            assert_eq!(filter(&one.query()), one, "{query}");
            assert_eq!(one.query(), query, "in its shortest form");
        }
        assert_eq!(filter("state=x&near=y&account=me&after=z&sort=name").query(), "");
        assert_eq!(filter("order=CS1").tab, Tab::All);
    }
}
