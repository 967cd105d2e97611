//! What is shown of resources that are to be unsubscribed: plain data, as the form carries it sealed, and
//! what of it is compared when it is confirmed. It asks nobody.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::texts::Texts;
use crate::{
    features::resources::refund::{Estimate, estimate::Case},
    identity::access::{AccountId, Actor},
    state::App,
    web::{Ui, sentence::Sentence, shown::ReadAt},
};

/// A resource, as people recognise it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Thing {
    pub(super) id: String,
    pub(super) name: String,
    /// Its service or type, in words.
    pub(super) what: String,
    pub(super) spec: String,
}

/// A main resource that can be unsubscribed, with what goes with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Able {
    pub(super) account: AccountId,
    pub(super) account_name: String,
    pub(super) thing: Thing,
    pub(super) region: String,
    /// BSS's code of its status.
    pub(super) status: i32,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) attached: Vec<Thing>,
    /// Other main resources of the same service that the same order bought.
    pub(super) siblings: Vec<String>,
    pub(super) estimate: Estimate,
}

/// One that cannot, and why.
#[derive(Debug)]
pub(super) struct Unable {
    pub(super) id: String,
    pub(super) why: Sentence,
}

/// How much of the five-day rule's quota an account has used this year.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Quota {
    pub(super) account: AccountId,
    pub(super) account_name: String,
    pub(super) used: i64,
}

/// All that is read for a page.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) able: Vec<Able>,
    pub(super) unable: Vec<Unable>,
    pub(super) quota: Vec<Quota>,
}

/// The same, sealed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Facts {
    at: DateTime<Utc>,
    able: Vec<Able>,
    /// Resource, what stands in its way, and more about that.
    unable: Vec<(String, String, String)>,
    quota: Vec<Quota>,
}

/// What was shown of a resource, as the form brings it back for comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    pub(super) id: String,
    /// Which of those that can be one request it is in.
    pub(super) group: usize,
    expires_at: DateTime<Utc>,
    attached: Vec<String>,
    /// By which rules its terms come back; what exactly comes back changes with every second.
    cases: Vec<Case>,
}

/// A fact that is no longer as it was shown.
pub(super) struct Change {
    pub(super) id: String,
    pub(super) was: String,
    pub(super) is: String,
}

impl ReadAt for Facts {
    fn read_at(&self) -> DateTime<Utc> {
        self.at
    }
}

impl Facts {
    pub(super) fn of(read: &Read, at: DateTime<Utc>) -> Self {
        let unable = read.unable.iter();
        Self {
            at,
            able: read.able.clone(),
            unable: unable.map(|one| (one.id.clone(), one.why.title.clone(), one.why.text.clone())).collect(),
            quota: read.quota.clone(),
        }
    }

    /// The same again for exactly these resources, if they are still for this person to act on.
    pub(super) fn again(self, app: &App, actor: &Actor, ids: &[String]) -> Option<(Read, DateTime<Utc>)> {
        let Self { at, able, unable, quota } = self;
        let shown: Vec<&String> =
            able.iter().map(|one| &one.thing.id).chain(unable.iter().map(|(id, ..)| id)).collect();
        let is_all = shown.len() == ids.len() && ids.iter().all(|id| shown.contains(&id));
        let is_theirs = |account| actor.all_accounts.contains(account) && app.readers.get(account).is_some();
        if !is_all || !able.iter().all(|one| is_theirs(one.account)) {
            return None;
        }
        let why = |title, text| Sentence { tone: "decision", icon: "info", title, text, link: None };
        let unable = unable.into_iter().map(|(id, title, text)| Unable { id, why: why(title, text) });
        Some((Read { able, unable: unable.collect(), quota }, at))
    }
}

/// In which order resources are gathered into requests: those that one order bought of one service are one.
pub(super) fn groups(able: &[Able]) -> Vec<usize> {
    let mut groups: Vec<usize> = Vec::with_capacity(able.len());
    for (at, one) in able.iter().enumerate() {
        let before = able[..at]
            .iter()
            .position(|other| other.account == one.account && one.siblings.contains(&other.thing.id));
        groups.push(before.map_or(at, |before| groups[before]));
    }
    groups
}

impl Seen {
    pub(super) fn of(able: &[Able]) -> Vec<Self> {
        let groups = groups(able);
        able.iter().zip(groups).map(|(one, group)| Self::one(one, group)).collect()
    }

    fn one(able: &Able, group: usize) -> Self {
        Self {
            id: able.thing.id.clone(),
            group,
            expires_at: able.expires_at,
            attached: able.attached.iter().map(|thing| thing.id.clone()).collect(),
            cases: able.estimate.shares.iter().map(|share| share.part.case).collect(),
        }
    }

    /// What differs between what was shown and what is.
    pub(super) fn changes(seen: &[Self], read: &Read, ui: &Ui) -> Vec<Change> {
        let t = Texts(ui.locale);
        let mut changes = Vec::new();
        for was in seen {
            if let Some(now) = read.unable.iter().find(|unable| unable.id == was.id) {
                let (id, was) = (was.id.clone(), t.can_be_unsubscribed().to_owned());
                changes.push(Change { id, was, is: now.why.title.clone() });
            }
        }
        for able in &read.able {
            let now = Self::one(able, 0);
            let mut change = |was, is| changes.push(Change { id: now.id.clone(), was, is });
            let Some(was) = seen.iter().find(|seen| seen.id == now.id) else {
                change(t.left_out().to_owned(), t.can_be_unsubscribed().to_owned());
                continue;
            };
            if was.expires_at != now.expires_at {
                let at = |at| t.expiry_is(&ui.at(&at).to_string());
                change(at(was.expires_at), at(now.expires_at));
            }
            if was.attached != now.attached {
                let list = |ids: &[String]| {
                    if ids.is_empty() {
                        t.nothing_attached().to_owned()
                    } else {
                        t.attached_are(&ids.join(", "))
                    }
                };
                change(list(&was.attached), list(&now.attached));
            }
            if was.cases != now.cases {
                let list = |cases: &[Case]| {
                    let words: Vec<&str> = cases.iter().map(|case| t.case(*case)).collect();
                    if words.is_empty() { t.no_estimate().to_owned() } else { words.join(", ") }
                };
                change(list(&was.cases), list(&now.cases));
            }
        }
        changes
    }
}
