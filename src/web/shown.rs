//! The facts that a page showed, sealed into its form: with them a form is confirmed without asking
//! Huawei again, since the journal compares the facts before it sends anything. It decides nothing.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{i18n::Locale, identity::access::Actor, state::App};

/// How long what was read is good for confirming it as it was shown.
const GOOD_FOR: TimeDelta = TimeDelta::minutes(15);
/// How far clocks of two portals may be apart.
const APART: TimeDelta = TimeDelta::minutes(1);

/// One form of one person.
#[derive(Debug)]
pub struct FormOf<'a> {
    /// The kind of operation that it asks for.
    pub kind: &'static str,
    /// Who was shown it.
    pub actor: &'a Actor,
    /// In which language.
    pub locale: Locale,
    /// What it is about, as its address says.
    pub about: &'a str,
    /// Its random key.
    pub form_key: Uuid,
    /// The rest of what was shown, which the form carries as it is.
    pub seen: &'a str,
}

/// Facts that know when they were read.
pub trait ReadAt {
    /// When.
    fn read_at(&self) -> DateTime<Utc>;
}

impl FormOf<'_> {
    /// The facts as this form brings them back; nothing when they are too large for it.
    pub fn seal(&self, app: &App, facts: &impl Serialize) -> String {
        self.bound(|bound| app.desk.seals().seal(bound, facts)).unwrap_or_default()
    }

    /// The facts that were sealed into this very form, while they are good.
    pub fn open<T: DeserializeOwned + ReadAt>(&self, app: &App, sealed: &str) -> Option<T> {
        let facts: T = self.bound(|bound| app.desk.seals().open(bound, sealed))?;
        let age = app.clock.now() - facts.read_at();
        let longest =
            TimeDelta::from_std(app.settings.max_data_age).map_or(GOOD_FOR, |most| most.min(GOOD_FOR));
        (age >= -APART && age <= longest).then_some(facts)
    }

    fn bound<T>(&self, with: impl FnOnce(&[&str]) -> T) -> T {
        let (person, form_key) = (self.actor.id.to_string(), self.form_key.to_string());
        with(&[self.kind, &person, self.locale.tag(), self.about, &form_key, self.seen])
    }
}
