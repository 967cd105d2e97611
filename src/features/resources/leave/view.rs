//! What the page shows of what was read: rows of the estimate, its sums, and what is said about them. It
//! decides nothing.

use std::{borrow::Cow, time::Duration};

use askama::Template;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    LeaveForm, MOST, code_of,
    facts::{Able, Change, Facts, Read, Seen, Unable},
    form_of, read,
    texts::Texts,
};
use crate::{
    bss::{
        Unsubscribed,
        codes::{ResourceStatus, UnsubscribeReason},
    },
    features::resources::{
        refund::{
            CHECKED_ABOVE, FIVE_DAY_QUOTA, Share,
            estimate::{Case, Part},
        },
        unsubscribe::Unsubscribe,
    },
    identity::access::Actor,
    money::Money,
    operations::Confirmed as _,
    state::App,
    web::{
        Error, Ui,
        chip::Chip,
        links,
        sentence::{Failure, Sentence},
        typed::Typed,
    },
};

/// A row of the estimate: one order's term of one resource, or all of a resource's terms that are over.
pub(super) struct Row<'a> {
    /// The resource, where it is not that of the row before.
    pub(super) resource: Option<&'a str>,
    pub(super) order: Option<&'a str>,
    pub(super) term: Option<(DateTime<Utc>, DateTime<Utc>)>,
    pub(super) what: Cow<'static, str>,
    pub(super) sums: Sums,
}

/// Amounts of one or more terms, yuan.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    pub(super) paid: Money,
    pub(super) consumed: Money,
    pub(super) fee: Money,
    pub(super) cash: Money,
    pub(super) flexi: Money,
    pub(super) card: Money,
    pub(super) voucher_back: Money,
    pub(super) voucher_lost: Money,
}

#[derive(Template)]
#[template(path = "resources/unsubscribe.html")]
pub(super) struct LeavePage<'a> {
    pub(super) ui: &'a Ui,
    pub(super) t: Texts,
    pub(super) what: Unsubscribed,
    pub(super) form_key: Uuid,
    pub(super) at: DateTime<Utc>,
    pub(super) facts: Read,
    pub(super) failures: Vec<Failure>,
    pub(super) sentence: Option<Sentence>,
    pub(super) changes: Vec<Change>,
    pub(super) seen: String,
    /// What is shown, sealed; empty when it is too large.
    pub(super) seal: String,
    pub(super) approvals: i16,
    pub(super) together: bool,
    pub(super) told: String,
    pub(super) words: String,
    pub(super) words_wrong: &'static str,
    pub(super) typed: Typed,
    pub(super) paste: String,
    /// What was posted, so that nothing is lost while Huawei cannot be read.
    kept: Vec<(&'static str, String)>,
    fee_percent: u32,
    hold: Duration,
}

impl Sums {
    fn of(parts: impl IntoIterator<Item = Part>) -> Self {
        parts.into_iter().fold(Self::default(), |sums, part| Self {
            paid: sums.paid + part.paid,
            consumed: sums.consumed + part.consumed,
            fee: sums.fee + part.fee,
            cash: sums.cash + part.cash,
            flexi: sums.flexi + part.flexi,
            card: sums.card + part.card,
            voucher_back: sums.voucher_back + part.voucher_back,
            voucher_lost: sums.voucher_lost + part.voucher_lost,
        })
    }

    /// All that comes back but for vouchers.
    pub(super) fn back(&self) -> Money {
        self.cash + self.flexi + self.card
    }
}

impl Able {
    /// Whether anything is known of what it gives back.
    pub(super) fn is_estimated(&self) -> bool {
        !self.estimate.shares.is_empty()
    }

    fn sums(&self) -> Sums {
        Sums::of(self.estimate.shares.iter().map(|share| share.part))
    }
}

impl<'a> LeavePage<'a> {
    pub(super) fn new(app: &App, ui: &'a Ui, what: Unsubscribed) -> Self {
        Self {
            ui,
            t: Texts(ui.locale),
            what,
            form_key: Uuid::new_v4(),
            at: app.clock.now(),
            facts: Read::default(),
            failures: Vec::new(),
            sentence: None,
            changes: Vec::new(),
            seen: String::new(),
            seal: String::new(),
            approvals: 0,
            together: false,
            told: String::new(),
            words: String::new(),
            words_wrong: "",
            typed: Typed::default(),
            paste: String::new(),
            kept: Vec::new(),
            fee_percent: app.settings.handling_fee_percent,
            hold: app.desk.hold(),
        }
    }

    /// Keeps what was typed.
    pub(super) fn take_form(&mut self, form: &LeaveForm) {
        self.form_key = form.form_key;
        self.together = form.together.is_some();
        self.told.clone_from(&form.told);
        form.words.trim().clone_into(&mut self.words);
        self.typed = Typed::new(&form.reason, form.typed.clone());
        let together = form.together.iter().map(|value| ("together", value.clone()));
        let resources = form.resource.iter().map(|id| ("resource", id.clone()));
        self.kept = vec![
            ("form_key", form.form_key.to_string()),
            ("what", form.what.clone()),
            ("seen", form.seen.clone()),
            ("told", form.told.clone()),
            ("words", form.words.clone()),
            ("reason", form.reason.clone()),
        ];
        self.kept.extend(together.chain(resources));
    }

    /// Reads these resources from Huawei.
    pub(super) async fn read(&mut self, app: &App, actor: &Actor, ids: &[String]) -> Result<(), Error> {
        match read::read(app, (actor, self.ui), ids, self.what).await? {
            Ok(read) => self.facts = read,
            Err(failures) => self.failures = failures,
        }
        self.at = app.clock.now();
        Ok(())
    }

    /// What the form brings back of what is listed, and how many must agree.
    pub(super) async fn finish(&mut self, app: &App, actor: &Actor) -> Result<(), Error> {
        self.approvals = app.desk.reading().approvals_needed(Unsubscribe::KIND, None).await?;
        self.seen = serde_json::to_string(&Seen::of(&self.facts.able)).expect("plain data");
        self.seal = form_of(actor, self, &self.seen).seal(app, &Facts::of(&self.facts, self.at));
        Ok(())
    }

    /// The same, saying that some were not submitted.
    pub(super) fn not_all(mut self, made: usize, not_made: Vec<(String, Sentence)>) -> Self {
        let t = self.t;
        let link = (made > 0).then(|| (links::ACTIVITY.to_owned(), t.see_activity()));
        self.sentence = Some(Sentence { link, ..Sentence::warning(t.not_all(), t.submitted(made)) });
        self.facts.able = Vec::new();
        self.facts.unable = not_made.into_iter().map(|(id, why)| Unable { id, why }).collect();
        self
    }

    /// Whether something could not be read, so that nothing can be confirmed.
    pub(super) fn is_blocked(&self) -> bool {
        !self.failures.is_empty()
    }

    /// Whether there is nothing of what was asked for on the reader's accounts.
    pub(super) fn is_about_nothing_known(&self, ids: &[String]) -> bool {
        let unknown = self.facts.unable.iter().all(|one| one.why.title == self.nothing_such());
        !ids.is_empty() && self.failures.is_empty() && self.facts.able.is_empty() && unknown
    }

    fn nothing_such(&self) -> String {
        crate::features::resources::standing::Obstacle::NotFound.sentence(self.ui).title
    }

    fn is_terms(&self) -> bool {
        self.what == Unsubscribed::UnstartedTerms
    }

    fn code(&self) -> &'static str {
        code_of(self.what)
    }

    fn title(&self) -> String {
        match (self.what, self.facts.able.len()) {
            (Unsubscribed::UnstartedTerms, 1..) => self.t.title_terms().to_owned(),
            (_, 0) => self.t.title_none().to_owned(),
            (_, 1) => self.t.title_one().to_owned(),
            (_, n) => self.t.title_many(n),
        }
    }

    /// Whether renewed terms could be given back alone, and so whether there is something to choose.
    fn has_choice(&self) -> bool {
        self.is_terms() || self.facts.able.iter().any(|able| able.estimate.has_unstarted)
    }

    /// This page about the same resources, with another choice.
    fn choice_url(&self, what: Unsubscribed) -> String {
        let able = self.facts.able.iter().map(|one| one.thing.id.as_str());
        let all = able.chain(self.facts.unable.iter().map(|one| one.id.as_str()));
        format!("{}&what={}", links::unsubscribe(all), code_of(what))
    }

    /// This page about these resources and one's siblings.
    fn with_siblings(&self, able: &Able) -> Option<String> {
        let chosen: Vec<&str> = self.facts.able.iter().map(|one| one.thing.id.as_str()).collect();
        let missing = self.missing(able);
        (chosen.len() + missing.len() <= MOST).then(|| links::unsubscribe(chosen.into_iter().chain(missing)))
    }

    /// What was bought together with one and is not chosen.
    fn missing<'b>(&self, able: &'b Able) -> Vec<&'b str> {
        let is_chosen = |id: &&String| self.facts.able.iter().any(|one| one.thing.id == **id);
        able.siblings.iter().filter(|id| !is_chosen(id)).map(String::as_str).collect()
    }

    /// Whether some of the chosen were bought together.
    fn can_be_together(&self) -> bool {
        let groups = super::groups(&self.facts.able);
        groups.iter().enumerate().any(|(at, group)| at != *group)
    }

    fn chip(&self, able: &Able) -> Chip {
        let status = ResourceStatus::from_code(able.status);
        let (tone, icon) = match status {
            ResourceStatus::InUse => ("done", "done"),
            ResourceStatus::Expired => ("decision", "deadline"),
            ResourceStatus::Frozen => ("destructive", "lock"),
            _ => ("unknown", "unknown"),
        };
        Chip { tone, icon, word: status.name(self.ui.locale) }
    }

    /// The estimate of one, row by row; terms that are over are one row for each resource.
    fn rows<'b>(&self, able: &'b Able) -> Vec<Row<'b>> {
        let mut rows: Vec<Row<'b>> = Vec::new();
        let shares = &able.estimate.shares;
        let mut last = "";
        for thing in std::iter::once(&able.thing).chain(&able.attached) {
            let mine = || shares.iter().filter(|share| share.resource == thing.id);
            let over: Vec<&Share> = mine().filter(|share| share.part.case == Case::Ended).collect();
            let label = if thing.name.is_empty() { &thing.id } else { &thing.name };
            let mut named = || {
                let first = last != thing.id;
                last = &thing.id;
                first.then_some(label.as_str())
            };
            if !over.is_empty() {
                rows.push(Row {
                    resource: named(),
                    order: None,
                    term: None,
                    what: self.t.ended_terms(over.len()).into(),
                    sums: Sums::of(over.iter().map(|share| share.part)),
                });
            }
            for share in mine().filter(|share| share.part.case != Case::Ended) {
                rows.push(Row {
                    resource: named(),
                    order: Some(&share.order),
                    term: Some((share.from, share.until)),
                    what: self.t.case(share.part.case).into(),
                    sums: Sums::of([share.part]),
                });
            }
        }
        rows
    }

    fn sums(&self) -> Sums {
        let shares = self.facts.able.iter().flat_map(|able| &able.estimate.shares);
        Sums::of(shares.map(|share| share.part))
    }

    /// How many of them nothing is known of.
    fn not_estimated(&self) -> usize {
        self.facts.able.iter().filter(|able| !able.is_estimated()).count()
    }

    fn gaps(&self, able: &Able) -> Vec<String> {
        able.estimate.gaps.iter().map(|(gap, about)| self.t.gap(*gap, about)).collect()
    }

    /// What happens, in sentences.
    fn consequences(&self) -> Vec<String> {
        let t = self.t;
        let mut all: Vec<String> = if self.is_terms() {
            vec![t.happens_terms().to_owned()]
        } else {
            vec![t.happens_stop().to_owned(), t.happens_data().to_owned()]
        };
        all.push(t.happens_money().to_owned());
        if !self.is_terms() {
            all.push(t.happens_voucher().to_owned());
            all.extend(
                self.facts.quota.iter().map(|quota| t.quota(&quota.account_name, quota.used, FIVE_DAY_QUOTA)),
            );
        }
        let above = Money::from_fen(CHECKED_ABOVE * 100);
        if self.facts.able.iter().any(|able| able.estimate.back() > above) {
            all.push(t.happens_checked(&above.to_string()));
        }
        all
    }

    fn hold_words(&self) -> Option<String> {
        let seconds = self.hold.as_secs();
        let span = match seconds {
            0 => return None,
            1..60 => self.t.seconds(seconds),
            _ => self.t.minutes(seconds.div_ceil(60)),
        };
        Some(self.t.hold(&span))
    }

    /// Huawei's reasons: code, name, whether it is chosen.
    fn reasons(&self) -> Vec<(i32, Cow<'static, str>, bool)> {
        let one = |reason: &UnsubscribeReason| {
            let code = reason.code();
            (code, reason.name(self.ui.locale), self.told == code.to_string())
        };
        UnsubscribeReason::ALL.iter().map(one).collect()
    }

    /// Whether nothing was asked about yet, so that only the paste box is of use.
    fn is_blank(&self) -> bool {
        self.facts.able.is_empty()
            && self.facts.unable.is_empty()
            && self.failures.is_empty()
            && self.sentence.is_none()
    }
}
