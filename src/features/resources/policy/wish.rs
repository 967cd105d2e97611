//! What a form wants of resources' expiry, as it was chosen and typed: which page it is, on or off, how often
//! and for how long. It says which resources that fits and which not, and asks nobody.

use serde::Deserialize;
use uuid::Uuid;

use super::{
    convert_now::ConvertNow,
    rows::Row,
    set_policy::{Setting, Wanted},
    texts::Texts,
};
use crate::{
    bss::{
        MAX_RESOURCES, MAX_TO_PAY_PER_USE,
        codes::{AutoPeriod, ExpirePolicy, ResourceStatus},
    },
    features::resources::{ChosenResource, SeenResource, Shown},
    i18n::Locale,
    operations::{Confirmed as _, FormMade, Intent},
    web::{posted::Again, sentence::Sentence},
};

/// Which page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Automatic renewal on or off.
    AutoRenewal,
    /// Pay-per-use at expiry, or not.
    AtExpiry,
    /// Pay-per-use at once.
    Convert,
}

/// On or off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum To {
    /// It is to be so.
    #[default]
    On,
    /// It is not to be so any more.
    Off,
}

/// All of it.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub(super) purpose: Purpose,
    pub(super) to: To,
    /// How often, as it was typed; nothing is without end.
    pub(super) times: String,
    /// For how long each time, as it was chosen; nothing is as it is.
    pub(super) period: String,
}

impl Purpose {
    /// The page's path.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::AutoRenewal => "/resources/auto-renewal",
            Self::AtExpiry => "/resources/at-expiry",
            Self::Convert => "/resources/convert",
        }
    }

    /// The most resources that one form takes.
    pub(super) const fn most(self) -> usize {
        match self {
            Self::AutoRenewal | Self::AtExpiry => MAX_TO_PAY_PER_USE,
            Self::Convert => MAX_RESOURCES,
        }
    }
}

impl To {
    /// The value of the field.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }
}

impl Wish {
    /// What is set; nothing where resources are converted at once.
    pub(super) const fn wanted(&self) -> Option<Wanted> {
        match (self.purpose, self.to) {
            (Purpose::AutoRenewal, To::On) => Some(Wanted::AutoRenewal),
            (Purpose::AutoRenewal, To::Off) => Some(Wanted::NoAutoRenewal),
            (Purpose::AtExpiry, To::On) => Some(Wanted::PayPerUse),
            (Purpose::AtExpiry, To::Off) => Some(Wanted::NoPayPerUse),
            (Purpose::Convert, _) => None,
        }
    }

    /// The kind of operation that it becomes.
    pub(super) const fn kind(&self) -> &'static str {
        match self.wanted() {
            Some(wanted) => wanted.kind(),
            None => ConvertNow::KIND,
        }
    }

    /// Whether automatic renewal is switched on, so that how often and how long are asked.
    pub(super) const fn renews(&self) -> bool {
        matches!(self.wanted(), Some(Wanted::AutoRenewal))
    }

    /// How often, 0 without end; nothing where that is not asked, an error where it is no such number.
    pub(super) fn number(&self) -> Result<Option<u8>, ()> {
        match self.times.trim() {
            _ if !self.renews() => Ok(None),
            "" => Ok(Some(0)),
            typed => match typed.parse::<u8>() {
                Ok(times) if times <= 99 => Ok(Some(times)),
                _ => Err(()),
            },
        }
    }

    /// For how long; an error where it is none of the choices.
    pub(super) fn term(&self) -> Result<Option<AutoPeriod>, ()> {
        match self.period.as_str() {
            _ if !self.renews() => Ok(None),
            "" => Ok(None),
            chosen => match AutoPeriod::from_code(chosen) {
                AutoPeriod::Unknown(_) => Err(()),
                known => Ok(Some(known)),
            },
        }
    }

    /// Why this resource is left out, although it could be read; nothing when it fits.
    pub(super) fn leaves_out(&self, row: &Row, locale: Locale) -> Option<Sentence> {
        let t = Texts(locale);
        let policy = ExpirePolicy::from_code(row.policy);
        let status = ResourceStatus::from_code(row.status);
        let needs_use = self.wanted() != Some(Wanted::NoAutoRenewal);
        if needs_use && status != ResourceStatus::InUse {
            let title = t.not_in_use(&status.name(locale));
            return Some(Sentence::warning(title, t.not_in_use_next()));
        }
        let wanted = self.wanted().filter(|wanted| wanted.holds(policy))?;
        let is_so = match wanted {
            // Times and term can be set anew, unless they were set just so from here.
            Wanted::AutoRenewal => {
                let (Ok(times), Ok(period)) = (self.number(), self.term()) else { return None };
                row.intended.as_ref().is_some_and(|intended| {
                    i32::from(intended.wanted) == row.policy
                        && intended.times == times.map(i16::from)
                        && intended.period.as_deref() == period.as_ref().map(AutoPeriod::code)
                })
            }
            _ => true,
        };
        let title = match wanted {
            Wanted::AutoRenewal => t.already_on(),
            Wanted::NoAutoRenewal => t.already_off(),
            Wanted::PayPerUse => t.already_pay_per_use(),
            Wanted::NoPayPerUse => t.already_not_pay_per_use(),
        };
        let (tone, icon, title, text) = ("final", "info", title.to_owned(), String::new());
        is_so.then_some(Sentence { tone, icon, title, text, link: None })
    }

    /// What is asked of the journal for one resource; nothing where what was typed is no number.
    pub(super) fn intent(&self, row: &Row, (form_key, reason): (Uuid, &str)) -> Option<Intent> {
        let (times, period) = (self.number().ok()?, self.term().ok()?);
        let (id, expire_time) = (row.id.clone(), row.expires_at);
        let shown =
            Shown { name: row.name.clone(), service: row.service.clone(), region: row.region.clone() };
        let reason = reason.to_owned();
        if let Some(wanted) = self.wanted() {
            let resource = SeenResource { id, expire_time };
            let setting = Setting { resource, policy: row.policy, times, period, shown, reason };
            return Some(wanted.intent(row.account, form_key, setting));
        }
        let attached = row.attached_ids.clone();
        let resources = vec![ChosenResource { id, expire_time, attached, shown, amount: None }];
        Some(Intent::new(row.account, form_key, &ConvertNow { resources, reason }))
    }

    /// Whether this is what the form became when it was first posted.
    pub(super) fn is_same(&self, made: &FormMade, reason: &str) -> bool {
        let about = (self.kind(), made.subject.as_str());
        let again = match self.wanted() {
            Some(_) => Again::of(made, about, |first: Setting| {
                first.reason == reason && Ok(first.times) == self.number() && Ok(first.period) == self.term()
            }),
            None => Again::of(made, about, |first: ConvertNow| first.reason == reason),
        };
        again == Again::Same
    }
}
