//! The walk through all resources of an account: page after page, a few asked for ahead, the place kept in the
//! transaction of what it stands for. What it has not met by its end is asked for by its id.

use std::collections::VecDeque;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use tokio::task::JoinHandle;

use super::{
    For, Sync, Written,
    store::{self, Place, State},
};
use crate::{
    bss::{
        Error, Listed, Page,
        resources::{RESOURCES_PER_PAGE, Resource as Wire, ResourceQuery},
    },
    i18n::Locale,
};

/// Pages asked for at once; the client's rate limit decides how fast they come.
const PAGES_AT_ONCE: usize = 4;
/// Resources that a page has in common with the one before. As long as the one that was met last is among
/// them, nothing was missed; otherwise more than these have left the listing meanwhile.
const OVERLAP: u64 = 20;
/// A listing that moves more often than this during one run is walked through all the same: what was missed
/// is asked for by its id, and what is new comes with its order.
const RESTARTS: u32 = 3;

/// A page that was asked for.
struct Ahead {
    offset: u64,
    asked_at: DateTime<Utc>,
    page: Waited,
}

/// It comes while earlier ones are written, and is not waited for when nobody wants it any more.
struct Waited(JoinHandle<Result<Page<Listed<Wire>>, Error>>);

impl Drop for Waited {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Sync<'_> {
    /// Walks through all resources, from where an earlier run stopped.
    pub(super) async fn walk(&self, state: &mut State) -> anyhow::Result<Written> {
        if state.walk.is_none() {
            store::begin_walk(self.db, &[self.account], self.clock.now(), false).await?;
        }
        let place = state.walk.take().unwrap_or_default();
        let mut written = self.pages(place).await?;
        let unmet = store::unmet(self.db, self.account).await?;
        written += self.ask(&unmet).await?;
        state.walked_at = store::walked(self.db, self.account).await?;
        Ok(written)
    }

    async fn pages(&self, mut place: Place) -> anyhow::Result<Written> {
        let mut written = Written::default();
        let mut ahead: VecDeque<Ahead> = VecDeque::new();
        let (mut next, mut step) = (place.offset, u64::from(RESOURCES_PER_PAGE) - OVERLAP);
        let mut restarts = 0;
        loop {
            while ahead.is_empty() || (ahead.len() < PAGES_AT_ONCE && next < place.total) {
                ahead.push_back(self.page_at(next));
                next += step;
            }
            let Some(Ahead { asked_at, mut page, .. }) = ahead.pop_front() else { continue };
            let page = (&mut page.0).await.context("asking for a page")??;
            let met: Vec<String> = page.items.iter().map(|listed| listed.item.resource_id.clone()).collect();
            if place.last.as_ref().is_some_and(|last| !met.contains(last)) && restarts < RESTARTS {
                restarts += 1;
                ahead.clear();
                // What was met may be what has left.
                store::begin_walk(self.db, &[self.account], self.clock.now(), true).await?;
                (next, place.last) = (0, None);
                continue;
            }
            let (begins, length) = (page.offset, page.items.len() as u64);
            let ends = page.next_offset().is_none();
            place.offset = begins + length - OVERLAP.min(length / 2);
            place.last = met.last().cloned();
            place.total = page.total;
            written += self.put(asked_at, &page.items, For::Walk(place.clone(), met)).await?;
            if ends {
                return Ok(written);
            }
            // BSS may give fewer than were asked for.
            if ahead.front().is_none_or(|ahead| ahead.offset != place.offset) {
                ahead.clear();
                (next, step) = (place.offset, place.offset - begins);
            }
        }
    }

    fn page_at(&self, offset: u64) -> Ahead {
        let reader = self.reader.clone();
        let asked_at = self.clock.now();
        let page = tokio::spawn(async move {
            let query = ResourceQuery { offset, ..ResourceQuery::default() };
            reader.resources(&query, Locale::Zh).await
        });
        Ahead { offset, asked_at, page: Waited(page) }
    }
}
