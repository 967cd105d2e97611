//! What can be done to resources of the list, and everything that a filter finds, selected over all pages: how
//! much of it each act takes at once. It acts upon nothing.

use sqlx::PgPool;

use super::store::{Listing, Row, list};
use crate::{
    features::resources::{filter::Filter, texts::Texts},
    identity::access::{Permission, Scope},
    web::{Ui, fmt::grouped, links, pager},
};

/// The most that any act takes at once.
const MOST: usize = 100;

/// What can be done to selected resources.
pub(super) struct Act {
    /// Where it is confirmed.
    pub(super) url: String,
    pub(super) word: &'static str,
    /// How many it takes at once.
    pub(super) limit: usize,
    pub(super) destructive: bool,
}

impl Act {
    pub(super) const fn limit(&self) -> usize {
        self.limit
    }
}

/// What the reader may do to resources, and to how many at once.
pub(super) fn acts(ui: &Ui) -> Vec<Act> {
    let t = Texts(ui.locale);
    let act = |needs, url: String, word, limit| {
        let destructive = needs == Permission::UnsubscribeResources;
        ui.may(needs).then(|| Act { url: url.trim_end_matches('?').to_owned(), word, limit, destructive })
    };
    [
        act(Permission::RenewResources, links::renew([]), t.renew(), 50),
        act(Permission::RenewResources, links::plan_renewals([]), t.planner(), 50),
        act(Permission::SetRenewal, links::auto_renewal([]), t.auto_renewal(), MOST),
        act(Permission::SetRenewal, links::at_expiry([]), t.at_expiry(), MOST),
        act(Permission::ConvertResources, links::convert([]), t.convert(), 10),
        act(Permission::UnsubscribeResources, links::unsubscribe([]), t.unsubscribe(), 10),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Everything that matches, selected.
pub(super) struct Matching {
    /// How many there are, in words.
    pub(super) words: String,
    /// Each act with as many of them as it takes, and that number in words.
    pub(super) acts: Vec<(Act, String)>,
    /// Whether some act takes fewer than there are.
    pub(super) takes_fewer: bool,
}

impl Matching {
    /// All that `filter` finds, of which `page` is the first page; `total` is how many, where that is counted.
    pub(super) async fn of(
        (db, scope): (&PgPool, &Scope),
        (filter, ui): (&Filter, &Ui),
        page: &pager::Page<Row>,
        total: Option<&str>,
    ) -> sqlx::Result<Self> {
        let id = |row: &Row| row.resource_id().to_owned();
        let mut ids: Vec<String> = page.rows.iter().map(id).collect();
        let mut next = page.next.clone();
        while ids.len() < MOST
            && let Some(start) = next.take()
        {
            let after = Filter { start, ..filter.clone() };
            let Listing { page, .. } = list(db, scope, &after, ui.now).await?;
            ids.extend(page.rows.iter().map(id));
            next = page.next;
        }
        let (there, more) = (ids.len(), next.is_some());
        let t = Texts(ui.locale);
        let words = match total {
            Some(total) => t.all_chosen(total),
            None if more => t.more_chosen(there),
            None => t.all_chosen(&grouped(i64::try_from(there).unwrap_or(i64::MAX))),
        };
        let acts: Vec<(Act, String)> = acts(ui).iter().map(|act| with(act, &ids, more, t)).collect();
        let takes_fewer = acts.iter().any(|(act, _)| more || there > act.limit);
        Ok(Self { words, acts, takes_fewer })
    }
}

/// The act upon the first of `ids`, as many as it takes.
fn with(act: &Act, ids: &[String], more: bool, t: Texts) -> (Act, String) {
    let number = ids.len().min(act.limit);
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(ids[..number].iter().map(|id| ("resource", id)));
    let url = format!("{}?{}", act.url, query.finish());
    let takes = if more || ids.len() > number { t.takes_first(number) } else { t.takes_all(number) };
    (Act { url, word: act.word, limit: act.limit, destructive: act.destructive }, takes)
}
