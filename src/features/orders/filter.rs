//! What a list of orders is filtered and sorted by, as it stands in the URL. A filter is valid
//! because it exists: what makes no sense in a URL filters nothing.

use chrono_tz::Tz;
use serde::Deserialize;
use uuid::Uuid;

use crate::search;
use crate::web::{
    filters::{self, Dates},
    pager::Start,
};

/// The parameters of the URL.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Parameters {
    status: Option<String>,
    #[serde(rename = "type")]
    order_type: Option<String>,
    service: Option<String>,
    created_from: Option<String>,
    created_to: Option<String>,
    paid_from: Option<String>,
    paid_to: Option<String>,
    account: Option<String>,
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

/// What a list can be sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// When it was placed.
    #[default]
    Created,
    /// When it was paid; only orders that were.
    Paid,
    /// What is to be paid.
    Payable,
    /// Until when it can be paid; only what is not final.
    Deadline,
}

impl Sort {
    const ALL: [Self; 4] = [Self::Created, Self::Paid, Self::Payable, Self::Deadline];

    /// The name in the URL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Paid => "paid",
            Self::Payable => "payable",
            Self::Deadline => "deadline",
        }
    }

    /// Whether the usual direction is the newest or largest first.
    const fn descends(self) -> bool {
        !matches!(self, Self::Deadline)
    }
}

/// A list of orders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only in this status.
    pub status: Option<i16>,
    /// Only of this type.
    pub order_type: Option<i16>,
    /// Only of this service.
    pub service: Option<String>,
    /// Only placed on these days.
    pub created: Dates,
    /// Only paid on these days.
    pub paid: Dates,
    /// Only of this account.
    pub account: Option<Uuid>,
    /// Only with this text, folded.
    pub text: String,
    /// Whether the text is looked for in order ids alone (`order:`).
    pub in_ids: bool,
    /// By what it is sorted.
    pub sort: Sort,
    /// Whether the largest or newest comes first.
    pub descending: bool,
    /// Where the page lies.
    pub start: Start,
}

impl From<Parameters> for Filter {
    fn from(from: Parameters) -> Self {
        let code =
            |text: Option<String>| text.and_then(|text| text.parse::<i16>().ok()).filter(|code| *code > 0);
        let typed = from.q.unwrap_or_default();
        let (in_ids, typed) = match typed.trim().strip_prefix("order:") {
            Some(id) => (true, id.trim()),
            None => (false, typed.trim()),
        };
        let sort = from.sort.unwrap_or_default();
        let (name, turned) = match sort.strip_prefix('-') {
            Some(name) => (name, true),
            None => (sort.as_str(), false),
        };
        let mut filter = Self {
            status: code(from.status),
            order_type: code(from.order_type),
            service: from.service.filter(|code| !code.is_empty() && code.len() <= 100),
            created: Dates::parse(from.created_from.as_deref(), from.created_to.as_deref()),
            paid: Dates::parse(from.paid_from.as_deref(), from.paid_to.as_deref()),
            account: from.account.and_then(|id| id.parse().ok()),
            text: search::fold(typed).chars().take(search::LONGEST).collect(),
            in_ids,
            sort: Sort::ALL.into_iter().find(|sort| sort.name() == name).unwrap_or_default(),
            descending: false,
            start: Start::parse(from.after.as_deref(), from.before.as_deref()),
        };
        if !filter.offers(filter.sort) {
            filter.sort = filter.usual_sort();
        }
        filter.descending = filter.sort.descends() != turned;
        filter
    }
}

impl Filter {
    /// Whether the list can be sorted by `sort`: only what an index serves is offered.
    pub fn offers(&self, sort: Sort) -> bool {
        if !self.text.is_empty() {
            return sort == Sort::Created;
        }
        let narrowed = self.order_type.is_some() || self.service.is_some();
        match sort {
            Sort::Created => self.paid.is_open(),
            Sort::Paid => !self.paid.is_open() || !narrowed,
            Sort::Payable => self.paid.is_open() && self.created.is_open() && !narrowed,
            Sort::Deadline => self.status.is_some_and(super::order::is_open) && self.paid.is_open(),
        }
    }

    /// The sort of this filter when none is asked for: days of payment are in the order of payment.
    pub fn usual_sort(&self) -> Sort {
        if self.paid.is_open() || !self.text.is_empty() { Sort::Created } else { Sort::Paid }
    }

    /// Whether tallies hold the numbers of this filter: no days and no text.
    pub fn is_tallied(&self) -> bool {
        self.created.is_open() && self.paid.is_open() && self.text.is_empty() && self.sort != Sort::Paid
    }

    /// Whether anything but the tab is filtered.
    pub fn is_narrowed(&self) -> bool {
        *self
            != Self {
                status: self.status,
                sort: self.sort,
                descending: self.descending,
                start: self.start.clone(),
                ..Self::default()
            }
    }

    /// Bounds of the time of placing in `zone`.
    pub fn created_in(
        &self,
        zone: Tz,
    ) -> (Option<chrono::DateTime<chrono::Utc>>, Option<chrono::DateTime<chrono::Utc>>) {
        (self.created.start(zone), self.created.end(zone))
    }

    /// Bounds of the time of payment in `zone`.
    pub fn paid_in(
        &self,
        zone: Tz,
    ) -> (Option<chrono::DateTime<chrono::Utc>>, Option<chrono::DateTime<chrono::Utc>>) {
        (self.paid.start(zone), self.paid.end(zone))
    }

    /// The typed text, as the search field shows it.
    pub fn typed(&self) -> String {
        if self.in_ids { format!("order:{}", self.text) } else { self.text.clone() }
    }

    /// The value of `sort` for this sort and direction; empty for the usual.
    pub fn sort_parameter(&self, sort: Sort, descending: bool) -> String {
        if sort == self.usual_sort() && descending == sort.descends() {
            String::new()
        } else if descending == sort.descends() {
            sort.name().to_owned()
        } else {
            format!("-{}", sort.name())
        }
    }

    /// The filter as a query string.
    pub fn query(&self) -> String {
        let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let mut pairs = vec![
            ("status", self.status.map(|code| code.to_string()).unwrap_or_default()),
            ("type", self.order_type.map(|code| code.to_string()).unwrap_or_default()),
            ("service", self.service.clone().unwrap_or_default()),
            ("created_from", day(self.created.from)),
            ("created_to", day(self.created.to)),
            ("paid_from", day(self.paid.from)),
            ("paid_to", day(self.paid.to)),
            ("account", self.account.map(|id| id.to_string()).unwrap_or_default()),
            ("q", self.typed()),
            ("sort", self.sort_parameter(self.sort, self.descending)),
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
        if !filter.offers(filter.sort) {
            filter.sort = filter.usual_sort();
            filter.descending = filter.sort.descends();
        }
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
            status: get("status"),
            order_type: get("type"),
            service: get("service"),
            created_from: get("created_from"),
            created_to: get("created_to"),
            paid_from: get("paid_from"),
            paid_to: get("paid_to"),
            account: get("account"),
            q: get("q"),
            sort: get("sort"),
            after: get("after"),
            before: get("before"),
        }
        .into()
    }

    #[test]
    fn a_filter_survives_the_url() {
        for query in [
            "",
            "status=6",
            "status=6&sort=deadline",
            "status=6&sort=-deadline",
            "type=4&service=hws.service.type.ec2&created_from=2026-01-01&created_to=2026-02-01",
            "paid_from=2026-01-01",
            "paid_from=2026-01-01&sort=-paid&after=1700000000000000_3",
            "account=00000000-0000-0000-0000-000000000001&sort=-payable&before=end",
            "q=order%3Acs2207&before=1700000000000000_3",
            "q=%E4%BA%91%E7%A1%AC%E7%9B%98",
        ] {
            let one = filter(query);
            assert_eq!(filter(&one.query()), one, "{query}");
            assert_eq!(one.query(), query, "in its shortest form");
        }
    }

    #[test]
    fn nonsense_filters_nothing() {
        assert_eq!(filter("status=x&type=-1&account=me&after=z&sort=size&created_from=soon").query(), "");
    }

    #[test]
    fn a_sort_that_no_index_serves_is_not_offered() {
        assert_eq!(filter("sort=payable&service=x").sort, Sort::Created);
        assert_eq!(filter("sort=deadline").sort, Sort::Created);
        assert_eq!(filter("sort=payable&q=x").sort, Sort::Created);
        assert_eq!(filter("paid_from=2026-01-01&sort=created").sort, Sort::Paid);
    }

    #[test]
    fn removing_a_filter_leaves_a_sort_that_is_offered() {
        let paid = filter("paid_from=2026-01-01&service=x");
        assert_eq!(paid.with(|f| f.paid = Dates::default()).query(), "service=x");
    }
}
