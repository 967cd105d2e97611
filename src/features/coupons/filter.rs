//! What the list of coupons is filtered by, as it stands in the URL. What makes no sense in a URL filters nothing.

use serde::Deserialize;
use uuid::Uuid;

use crate::{
    search,
    web::{filters, pager::Start},
};

/// How far ahead expiry is soon, in days.
pub const SOON: u64 = 30;

/// The parameters of the URL.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Parameters {
    state: Option<String>,
    kind: Option<String>,
    soon: Option<String>,
    order: Option<String>,
    account: Option<String>,
    q: Option<String>,
    after: Option<String>,
    before: Option<String>,
}

/// What lists have coupons under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Can be used.
    Usable,
    /// Could be used, but an order holds it or Huawei has frozen it.
    Held,
    /// Not activated.
    Inactive,
    /// Used up.
    Used,
    /// Expired.
    Expired,
    /// Taken back.
    Reclaimed,
}

impl State {
    /// Every one, in the order of the tabs.
    pub const ALL: [Self; 6] =
        [Self::Usable, Self::Held, Self::Inactive, Self::Used, Self::Expired, Self::Reclaimed];

    /// Its name in the URL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Usable => "usable",
            Self::Held => "held",
            Self::Inactive => "inactive",
            Self::Used => "used",
            Self::Expired => "expired",
            Self::Reclaimed => "reclaimed",
        }
    }

    /// Its number in the database.
    pub const fn code(self) -> i16 {
        match self {
            Self::Held => 0,
            Self::Inactive => 1,
            Self::Usable => 2,
            Self::Used => 3,
            Self::Expired => 4,
            Self::Reclaimed => 5,
        }
    }

    /// Whether it is over: then the latest comes first.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Used | Self::Expired | Self::Reclaimed)
    }
}

/// Some coupons.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only in this state; all with none.
    pub state: Option<State>,
    /// Only of this kind, by BSS's code.
    pub kind: Option<i16>,
    /// Only what expires within [`SOON`] days.
    pub soon: bool,
    /// Only what this order holds or used.
    pub order: Option<String>,
    /// Only of this account.
    pub account: Option<Uuid>,
    /// Only with this text, folded.
    pub text: String,
    /// Where the page lies.
    pub start: Start,
}

impl From<Parameters> for Filter {
    fn from(from: Parameters) -> Self {
        let order = from.order.filter(|id| !id.is_empty() && id.len() <= 64);
        let state = from.state.unwrap_or_default();
        let text = from.q.unwrap_or_default();
        // What can be used is what people come for; of an order, everything.
        let usual = if order.is_some() { None } else { Some(State::Usable) };
        Self {
            state: match State::ALL.into_iter().find(|one| one.name() == state) {
                Some(state) => Some(state),
                None if state == "all" => None,
                None => usual,
            },
            kind: from.kind.and_then(|code| code.parse().ok()).filter(|code| *code > 0),
            soon: from.soon.is_some_and(|soon| soon == "1"),
            order,
            account: from.account.and_then(|id| id.parse().ok()),
            text: search::fold(text.trim()).chars().take(search::LONGEST).collect(),
            start: Start::parse(from.after.as_deref(), from.before.as_deref()),
        }
    }
}

impl Filter {
    /// What can be used, all of it.
    pub fn usable() -> Self {
        Self { state: Some(State::Usable), ..Self::default() }
    }

    /// Whether the latest expiry comes first.
    pub fn descends(&self) -> bool {
        self.state.is_none_or(State::is_over)
    }

    /// Whether anything but the tab is filtered.
    pub fn is_narrowed(&self) -> bool {
        *self != Self { state: self.state, start: self.start.clone(), ..Self::default() }
    }

    /// The filter as a query string.
    pub fn query(&self) -> String {
        let state = match (self.state, &self.order) {
            (Some(State::Usable), None) | (None, Some(_)) => "",
            (None, None) => "all",
            (Some(state), _) => state.name(),
        };
        let mut pairs = vec![
            ("state", state.to_owned()),
            ("kind", self.kind.map(|code| code.to_string()).unwrap_or_default()),
            ("soon", if self.soon { "1".to_owned() } else { String::new() }),
            ("order", self.order.clone().unwrap_or_default()),
            ("account", self.account.map(|id| id.to_string()).unwrap_or_default()),
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
            state: get("state"),
            kind: get("kind"),
            soon: get("soon"),
            order: get("order"),
            account: get("account"),
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
            "state=all&kind=2&soon=1",
            "state=used&after=1700000000000000_3",
            "order=CS26",
            "state=usable&order=CS26&q=cp",
            "account=00000000-0000-0000-0000-000000000001&before=end",
        ] {
            let one = filter(query);
            assert_eq!((filter(&one.query()), one.query().as_str()), (one.clone(), query));
        }
        assert_eq!(filter("state=odd&kind=x&soon=maybe&after=z"), Filter::usable());
    }
}
