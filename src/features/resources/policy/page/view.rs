//! What the pages on which resources get another end of their term show of what was read. It reads nothing.

use chrono::DateTime;

use super::{
    super::{
        deduction::Deduction,
        rows::{Row, policy_chip},
        set_policy::Wanted,
        wish::{Purpose, To},
    },
    Change, PolicyPage, Seen,
};
use crate::web::{links, sentence::Sentence};

impl PolicyPage<'_> {
    /// What differs between what was shown and what is.
    pub(super) fn changes_since(&self, seen: &[Seen]) -> Vec<Change> {
        let (t, locale) = (self.t, self.ui.locale);
        let mut changes = Vec::new();
        for was in seen {
            let unfit = self.unfit.iter().find(|row| row.id == was.id);
            let why = unfit.and_then(|row| self.wish.leaves_out(row, locale));
            let unable = self.unable.iter().find(|one| one.id == was.id);
            if let Some(why) = why.as_ref().or(unable.map(|one| &one.why)) {
                let was_so = t.can_be_set().to_owned();
                changes.push(Change { id: was.id.clone(), was: was_so, is: why.title.clone() });
            }
        }
        for now in &self.able {
            let id = &now.id;
            let mut change = |was: String, is: String| changes.push(Change { id: id.clone(), was, is });
            let Some(was) = seen.iter().find(|seen| seen.id == *id) else {
                change(t.left_out().to_owned(), t.can_be_set().to_owned());
                continue;
            };
            if was.policy != now.policy {
                let word = |code| policy_chip(code, locale).word.into_owned();
                change(word(was.policy), word(now.policy));
            }
            if was.expires != now.expires_at.timestamp_millis() {
                let was = DateTime::from_timestamp_millis(was.expires).unwrap_or_default();
                change(self.ui.at(&was).to_string(), self.ui.at(&now.expires_at).to_string());
            }
        }
        changes
    }

    /// The resources that are left out: id, name, why.
    pub(super) fn left_out_rows(&self) -> Vec<(&str, &str, Sentence)> {
        let unfit = self.unfit.iter().filter_map(|row| {
            Some((row.id.as_str(), row.name.as_str(), self.wish.leaves_out(row, self.ui.locale)?))
        });
        let unable = self.unable.iter().map(|one| (one.id.as_str(), "", one.why.clone()));
        unfit.chain(unable).collect()
    }

    pub(super) fn every_id(&self) -> impl Iterator<Item = &str> {
        let rows = self.able.iter().chain(&self.unfit).map(|row| row.id.as_str());
        rows.chain(self.unable.iter().map(|one| one.id.as_str()))
    }

    /// The same resources with the other choice.
    pub(super) fn url(&self, to: To) -> String {
        let url = match self.wish.purpose {
            Purpose::AutoRenewal => links::auto_renewal(self.every_id()),
            Purpose::AtExpiry => links::at_expiry(self.every_id()),
            Purpose::Convert => links::convert(self.every_id()),
        };
        format!("{url}{}to={}", if url.ends_with('?') { "" } else { "&" }, to.as_str())
    }

    pub(super) fn title(&self) -> String {
        self.t.title(&self.wish, self.able.len())
    }

    /// When an automatic renewal of it is charged next, on or about to be.
    pub(super) fn deduction(&self, row: &Row) -> Option<Deduction> {
        let told = match self.wish.wanted() {
            Some(Wanted::AutoRenewal | Wanted::NoAutoRenewal) => true,
            Some(Wanted::PayPerUse) => row.renews(),
            _ => false,
        };
        told.then(|| row.deduction(self.ui.now))
    }

    /// Whether any automatic renewal is there to be charged.
    pub(super) fn tells_deductions(&self) -> bool {
        self.able.iter().any(|row| self.deduction(row).is_some())
    }

    /// How many are charged within a day, so that the switch may come too late or at once.
    pub(super) fn near(&self) -> usize {
        let near = |row: &&Row| self.deduction(row).is_some_and(|next| next.is_near(self.ui.now));
        self.able.iter().filter(near).count()
    }

    /// Whether nothing was asked about yet, so that only the paste box is of use.
    pub(super) fn is_blank(&self) -> bool {
        self.able.is_empty() && self.unfit.is_empty() && self.unable.is_empty() && self.sentence.is_none()
    }
}
