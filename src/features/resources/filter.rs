//! What a list of resources is filtered and sorted by, as it stands in the URL. A filter is valid because
//! it exists: what makes no sense in a URL filters nothing.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    search,
    web::{filters, form, pager::Start},
};

/// The most ids that can be pasted.
pub const MOST_IDS: usize = 200;
/// What selects everything that matches, in a URL. It is no part of a filter.
pub const SELECT_ALL: &str = "select=all";
/// No id of Huawei's is longer.
const LONGEST_ID: usize = 128;

/// The parameters of the URL.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Parameters {
    policy: Option<String>,
    due: Option<String>,
    service: Option<String>,
    #[serde(rename = "type")]
    resource_type: Option<String>,
    region: Option<String>,
    project: Option<String>,
    account: Option<String>,
    pending: Option<String>,
    q: Option<String>,
    ids: Option<String>,
    sort: Option<String>,
    after: Option<String>,
    before: Option<String>,
    select: Option<String>,
}

impl Parameters {
    /// The text that was typed.
    pub fn typed(&self) -> &str {
        self.q.as_deref().unwrap_or_default()
    }

    /// Whether everything that matches is selected, over all pages.
    pub fn wants_all(&self) -> bool {
        self.select.as_deref() == Some("all")
    }
}

/// What happens to a resource when it expires: the tab that it is under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// Nothing until somebody renews it.
    Manual,
    /// It is renewed.
    Automatic,
    /// It becomes pay-per-use.
    PayPerUse,
    /// It ends.
    Ending,
}

impl Tab {
    /// Every tab, in its order.
    pub const ALL: [Self; 4] = [Self::Manual, Self::Automatic, Self::PayPerUse, Self::Ending];

    /// As the database has it.
    pub const fn code(self) -> i16 {
        match self {
            Self::Manual => 0,
            Self::Automatic => 1,
            Self::PayPerUse => 2,
            Self::Ending => 3,
        }
    }

    /// The name in the URL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Automatic => "auto",
            Self::PayPerUse => "pay-per-use",
            Self::Ending => "none",
        }
    }
}

/// How near a resource is to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// It expires within so many days, or has just expired without BSS saying so yet.
    Within(i16),
    /// It has expired and can still be used.
    Grace,
    /// It is frozen and can still be renewed.
    Retention,
}

impl Due {
    /// All that is offered, in its order.
    pub const ALL: [Self; 7] = [
        Self::Within(1),
        Self::Within(3),
        Self::Within(7),
        Self::Within(15),
        Self::Within(30),
        Self::Grace,
        Self::Retention,
    ];

    /// The name in the URL.
    pub fn name(self) -> String {
        match self {
            Self::Within(days) => days.to_string(),
            Self::Grace => "grace".to_owned(),
            Self::Retention => "retention".to_owned(),
        }
    }

    /// The last moment at which such a resource expires. What is in grace or retention has expired; a day
    /// more allows for clocks that differ.
    pub fn until(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Within(days) => now + TimeDelta::days(days.into()),
            Self::Grace | Self::Retention => now + TimeDelta::days(1),
        }
    }

    /// The only status of such a resource, if there is one.
    pub const fn status(self) -> Option<i16> {
        match self {
            Self::Within(_) => None,
            Self::Grace => Some(5),
            Self::Retention => Some(4),
        }
    }
}

/// A list of resources.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those that this happens to.
    pub tab: Option<Tab>,
    /// Only those so near to their end.
    pub due: Option<Due>,
    /// Only of this service.
    pub service: Option<String>,
    /// Only of this type.
    pub resource_type: Option<String>,
    /// Only in this region.
    pub region: Option<String>,
    /// Only of this enterprise project.
    pub project: Option<String>,
    /// Only of this account.
    pub account: Option<Uuid>,
    /// Whether those that an unfinished order holds are shown.
    pub with_pending: bool,
    /// Only with this text, folded.
    pub text: String,
    /// Only these, whatever else is asked for.
    pub ids: Vec<String>,
    /// Whether the one id was typed into the search (`res:`).
    pub is_exact: bool,
    /// Whether the latest expiry comes first.
    pub descending: bool,
    /// Where the page lies.
    pub start: Start,
}

impl From<Parameters> for Filter {
    fn from(from: Parameters) -> Self {
        let typed = from.q.unwrap_or_default();
        let exact = typed.trim().strip_prefix("res:").map(|id| id.trim().to_owned());
        let pasted = [exact.clone().or(from.ids).unwrap_or_default()];
        let mut ids = form::ids_in(&pasted, str::to_owned);
        ids.retain(|id| id.len() <= LONGEST_ID);
        if !ids.is_empty() {
            return Self { is_exact: exact.is_some() && ids.len() == 1, ids, ..Self::default() };
        }
        let code = |code: Option<String>| code.filter(|code| !code.is_empty() && code.len() <= 100);
        let text = if exact.is_some() { String::new() } else { typed };
        Self {
            tab: from.policy.and_then(|name| Tab::ALL.into_iter().find(|tab| tab.name() == name)),
            due: from.due.and_then(|name| Due::ALL.into_iter().find(|due| due.name() == name)),
            service: code(from.service),
            resource_type: code(from.resource_type),
            region: code(from.region),
            project: code(from.project),
            account: from.account.and_then(|id| id.parse().ok()),
            with_pending: from.pending.as_deref() == Some("shown"),
            text: search::fold(text.trim()).chars().take(search::LONGEST).collect(),
            ids,
            is_exact: false,
            descending: from.sort.as_deref() == Some("-expiry"),
            start: Start::parse(from.after.as_deref(), from.before.as_deref()),
        }
    }
}

impl Filter {
    /// Whether anything but tab, expiry, account and the switch is filtered, so that no kept number holds.
    pub const fn is_special(&self) -> bool {
        self.resource_type.is_some()
            || self.region.is_some()
            || self.project.is_some()
            || !self.text.is_empty()
            || !self.ids.is_empty()
    }

    /// Whether anything is filtered at all.
    pub fn is_narrowed(&self) -> bool {
        self.is_special()
            || self.tab.is_some()
            || self.due.is_some()
            || self.service.is_some()
            || self.account.is_some()
    }

    /// The typed text, as the search field shows it.
    pub fn typed(&self) -> String {
        match self.ids.first() {
            Some(id) if self.is_exact => format!("res:{id}"),
            _ => self.text.clone(),
        }
    }

    /// The pasted ids, as the box shows them.
    pub fn pasted(&self) -> String {
        if self.is_exact { String::new() } else { self.ids.join("\n") }
    }

    /// The value of `sort`; empty for the usual.
    pub const fn sort_parameter(&self) -> &'static str {
        if self.descending { "-expiry" } else { "" }
    }

    /// The value of `pending`; empty for the usual.
    pub const fn pending_parameter(&self) -> &'static str {
        if self.with_pending { "shown" } else { "" }
    }

    /// The filter as a query string.
    pub fn query(&self) -> String {
        let ids = if self.is_exact { String::new() } else { self.ids.join(" ") };
        let some = |code: &Option<String>| code.clone().unwrap_or_default();
        let mut pairs = vec![
            ("policy", self.tab.map(|tab| tab.name().to_owned()).unwrap_or_default()),
            ("due", self.due.map(Due::name).unwrap_or_default()),
            ("service", some(&self.service)),
            ("type", some(&self.resource_type)),
            ("region", some(&self.region)),
            ("project", some(&self.project)),
            ("account", self.account.map(|id| id.to_string()).unwrap_or_default()),
            ("pending", self.pending_parameter().to_owned()),
            ("q", self.typed()),
            ("ids", ids),
            ("sort", self.sort_parameter().to_owned()),
        ];
        pairs.extend(self.start.parameter());
        filters::query(pairs)
    }

    /// The query string of the first page of what this finds.
    pub fn conditions(&self) -> String {
        Self { start: Start::First, ..self.clone() }.query()
    }

    /// This filter with something changed, from its first page on; pasted ids are left behind.
    #[must_use]
    pub fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut filter = Self { start: Start::First, ids: Vec::new(), is_exact: false, ..self.clone() };
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
            "policy=auto",
            "policy=none&due=7",
            "due=grace&sort=-expiry",
            "service=hws.service.type.ec2&type=hws.resource.type.vm&region=cn-north-4&project=0",
            "account=00000000-0000-0000-0000-000000000001&pending=shown",
            "q=%E4%BA%91%E7%A1%AC%E7%9B%98&before=1700000000000000_3",
            "q=res%3Aa-1",
            "ids=a-1+b-2+c-3",
        ] {
            let one = filter(query);
            assert_eq!(filter(&one.query()), one, "{query}");
            assert_eq!(one.query(), query, "in its shortest form");
        }
    }

    #[test]
    fn nonsense_filters_nothing() {
        assert_eq!(filter("policy=x&due=2&account=me&after=z&sort=name&pending=maybe&q=res%3A").query(), "");
    }

    #[test]
    fn pasted_ids_stand_alone_and_each_once() {
        let one = filter("policy=auto&due=7&q=x&ids=a-1%0D%0A%20a-1%2Cb-2%EF%BC%9B%E3%80%81c-3%0A");
        assert_eq!(one.ids, ["a-1", "b-2", "c-3"]);
        assert_eq!(one.query(), "ids=a-1+b-2+c-3");
        assert_eq!(one.with(|f| f.tab = Some(Tab::Manual)).query(), "policy=manual");
    }
}
