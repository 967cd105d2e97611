//! How codes of resources look: tone, icon and word of a state and of a policy, sizes with their unit. It
//! decides nothing.

use rust_decimal::Decimal;

use super::{
    filter::{Due, Tab},
    texts::Texts,
};
use crate::{
    bss::codes::{ExpirePolicy, ResourceStatus},
    i18n::Locale,
    web::chip::Chip,
};

/// The chip of a state.
pub fn status(code: i16, locale: Locale) -> Chip {
    let t = Texts(locale);
    let status = ResourceStatus::from_code(code.into());
    match status {
        ResourceStatus::InUse => Chip::of("done", "done", t.in_use()),
        ResourceStatus::Expired => Chip::of("decision", "deadline", t.grace()),
        ResourceStatus::Frozen => Chip::of("destructive", "lock", t.retention()),
        ResourceStatus::Closed => Chip::of("final", "final", t.closed()),
        ResourceStatus::Unknown(_) => Chip { tone: "unknown", icon: "unknown", word: status.name(locale) },
    }
}

/// The chip of what happens at expiry.
pub fn policy(code: i16, locale: Locale) -> Chip {
    let policy = ExpirePolicy::from_code(code.into());
    let t = Texts(locale);
    match policy {
        ExpirePolicy::GracePeriod => Chip::of("final", "person", t.tab(Tab::Manual)),
        ExpirePolicy::AutoRenew => Chip::of("done", "renew", t.tab(Tab::Automatic)),
        ExpirePolicy::ToPayPerUse => Chip::of("progress", "forward", t.tab(Tab::PayPerUse)),
        ExpirePolicy::Delete | ExpirePolicy::Freeze | ExpirePolicy::DeleteAfterRetention => {
            Chip::of("decision", "paused", t.tab(Tab::Ending))
        }
        ExpirePolicy::Unknown(_) => Chip { tone: "unknown", icon: "unknown", word: policy.name(locale) },
    }
}

/// The tab of a policy, as the database decides it.
pub const fn tab(policy: i16) -> Tab {
    match policy {
        1 => Tab::PayPerUse,
        3 => Tab::Automatic,
        2 | 4 | 5 => Tab::Ending,
        _ => Tab::Manual,
    }
}

/// A size with its unit. One whose unit is not known here, or that the specification says already, is not shown.
pub fn size(spec: &str, size: Option<Decimal>, measure: Option<i16>) -> Option<String> {
    let unit = match measure? {
        15 => "Mbit/s",
        17 => "GB",
        _ => return None,
    };
    let size = size?.normalize();
    let said = format!("{size}{}", &unit[..1]);
    (!spec.replace(' ', "").contains(&said)).then(|| format!("{size} {unit}"))
}

impl Texts {
    /// The word of a tab.
    pub const fn tab(self, tab: Tab) -> &'static str {
        match tab {
            Tab::Manual => self.manual(),
            Tab::Automatic => self.automatic(),
            Tab::PayPerUse => self.pay_per_use(),
            Tab::Ending => self.ending(),
        }
    }

    /// How near something is to its end.
    pub fn due(self, due: Due) -> String {
        match due {
            Due::Within(days) => self.within(days),
            Due::Grace => self.grace().to_owned(),
            Due::Retention => self.retention().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_never_shown_as_something_else() {
        let (state, policy) = (status(77, Locale::En), policy(9, Locale::En));
        assert_eq!((state.tone, state.word.as_ref()), ("unknown", "Unknown (77)"));
        assert_eq!((policy.tone, policy.word.as_ref()), ("unknown", "Unknown (9)"));
        assert_eq!(size("高IO", Some(Decimal::new(400, 1)), Some(17)).as_deref(), Some("40 GB"));
        assert_eq!(size("高IO|40GB", Some(Decimal::new(400, 1)), Some(17)), None);
        assert_eq!(size("", Some(Decimal::new(5, 0)), Some(99)), None);
    }
}
