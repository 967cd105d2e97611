//! Terms: those that can be chosen, how an address names them, and until when a resource is paid for after one.
//! It knows no prices.

use chrono::{DateTime, Datelike as _, FixedOffset, Months, NaiveDate, TimeDelta, Utc};

use serde::{Deserialize, Serialize};

use super::texts::Texts;
use crate::{bss::Term, features::resources::plan, i18n::Locale};

/// Every term that BSS renews for, shortest first.
pub(super) const TERMS: [Named; 14] = [
    Named("m1", Term::Months(1)),
    Named("m2", Term::Months(2)),
    Named("m3", Term::Months(3)),
    Named("m4", Term::Months(4)),
    Named("m5", Term::Months(5)),
    Named("m6", Term::Months(6)),
    Named("m7", Term::Months(7)),
    Named("m8", Term::Months(8)),
    Named("m9", Term::Months(9)),
    Named("m10", Term::Months(10)),
    Named("m11", Term::Months(11)),
    Named("y1", Term::Years(1)),
    Named("y2", Term::Years(2)),
    Named("y3", Term::Years(3)),
];

/// The hour of Beijing at which automatic renewals are charged.
const CHARGED_AT: u32 = 3;

/// A term by the name that addresses give it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named(pub(super) &'static str, pub(super) Term);

/// For how long resources are renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Span {
    /// Each for this term.
    Term(Term),
    /// Each for the shortest term that reaches this day of Beijing's calendar.
    Day(NaiveDate),
}

/// Why no term is right for a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoTerm {
    /// It is paid for until then already.
    Reached,
    /// Not even the longest term reaches it.
    TooFar,
}

/// A term in a list to choose from.
pub(super) struct Choice {
    pub(super) name: &'static str,
    pub(super) words: String,
    pub(super) chosen: bool,
}

impl Named {
    pub(super) fn choice(self, chosen: Term, locale: Locale) -> Choice {
        let Self(name, term) = self;
        Choice { name, words: plan::texts::term(term, locale), chosen: term == chosen }
    }
}

impl Span {
    /// The term for what is paid for until `from`.
    pub(super) fn term(self, from: DateTime<Utc>, expiry_day: Option<i16>) -> Result<Term, NoTerm> {
        let day = match self {
            Self::Term(term) => return Ok(term),
            Self::Day(day) => day,
        };
        let reaches = |at: DateTime<Utc>| at.with_timezone(&beijing()).date_naive() >= day;
        if reaches(from) {
            return Err(NoTerm::Reached);
        }
        let enough = TERMS.iter().find(|named| reaches(until(from, named.1, expiry_day)));
        enough.map(|named| named.1).ok_or(NoTerm::TooFar)
    }

    pub(super) fn words(self, locale: Locale) -> String {
        match self {
            Self::Term(term) => plan::texts::term(term, locale),
            Self::Day(day) => Texts(locale).until_day(&day.to_string()),
        }
    }
}

/// The term of a name.
pub(super) fn read(name: &str) -> Option<Term> {
    TERMS.iter().find(|known| known.0 == name).map(|known| known.1)
}

/// How many months a term has.
pub(super) fn months(term: Term) -> u32 {
    match term {
        Term::Months(months) => u32::from(months),
        Term::Years(years) => 12 * u32::from(years),
    }
}

/// Until when what was paid for until `from` is paid for after `term`: counted from there also when that has
/// passed, and moved to the account's common day of expiry, never to before the end of the paid term.
pub(super) fn until(from: DateTime<Utc>, term: Term, expiry_day: Option<i16>) -> DateTime<Utc> {
    let local = from.with_timezone(&beijing());
    let Some(paid) = local.date_naive().checked_add_months(Months::new(months(term))) else { return from };
    let fits = |day: &NaiveDate| match expiry_day {
        None => true,
        Some(-1) => day.succ_opt().is_none_or(|next| next.day() == 1),
        Some(wanted) => i16::try_from(day.day()).is_ok_and(|day| day == wanted),
    };
    let day = paid.iter_days().take(62).find(fits).unwrap_or(paid);
    let at = day.and_time(local.time()).and_local_timezone(beijing());
    at.single().map_or(from, |at| at.with_timezone(&Utc))
}

/// When an automatic renewal of what expires at `expires` is charged next: at 03:00 in Beijing, from so many
/// days before on, every day. None once it has expired.
pub(super) fn charged_next(
    expires: DateTime<Utc>,
    deduction_days: i16,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let first_day =
        expires.with_timezone(&beijing()).date_naive() - TimeDelta::days(i64::from(deduction_days));
    let charged = |day: NaiveDate| {
        let at = day.and_hms_opt(CHARGED_AT, 0, 0)?.and_local_timezone(beijing()).single()?;
        Some(at.with_timezone(&Utc))
    };
    let today = now.with_timezone(&beijing()).date_naive();
    let next = first_day.max(today);
    let next =
        [Some(next), next.succ_opt()].into_iter().flatten().filter_map(charged).find(|at| *at > now)?;
    (next < expires).then_some(next)
}

/// The zone of Huawei's days.
fn beijing() -> FixedOffset {
    FixedOffset::east_opt(8 * 3_600).expect("a zone")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn terms_count_on_beijings_calendar_from_the_old_expiry() {
        for (from, term, day, expected) in [
            ("2026-12-15T15:59:59Z", Term::Months(1), None, "2027-01-15T15:59:59Z"),
            ("2027-01-31T15:59:59Z", Term::Months(1), None, "2027-02-28T15:59:59Z"),
            ("2026-12-15T15:59:59Z", Term::Years(3), None, "2029-12-15T15:59:59Z"),
            ("2026-12-15T15:59:59Z", Term::Months(1), Some(20), "2027-01-20T15:59:59Z"),
            ("2026-12-15T15:59:59Z", Term::Months(1), Some(10), "2027-02-10T15:59:59Z"),
            ("2026-12-15T15:59:59Z", Term::Months(1), Some(15), "2027-01-15T15:59:59Z"),
            ("2026-12-15T15:59:59Z", Term::Months(2), Some(-1), "2027-02-28T15:59:59Z"),
            // In Beijing it is the next day already.
            ("2027-01-30T16:00:00Z", Term::Months(1), None, "2027-02-27T16:00:00Z"),
        ] {
            assert_eq!(until(at(from), term, day), at(expected), "{from} {term:?} {day:?}");
        }
    }

    #[test]
    fn an_automatic_renewal_is_charged_at_three_from_its_first_day_on() {
        let expires = at("2026-12-15T15:59:59Z");
        for (now, expected) in [
            ("2026-12-01T00:00:00Z", Some("2026-12-07T19:00:00Z")),
            ("2026-12-07T18:59:59Z", Some("2026-12-07T19:00:00Z")),
            ("2026-12-07T19:00:00Z", Some("2026-12-08T19:00:00Z")),
            ("2026-12-15T10:00:00Z", None),
            ("2026-12-20T10:00:00Z", None),
        ] {
            assert_eq!(charged_next(expires, 7, at(now)), expected.map(at), "{now}");
        }
    }

    #[test]
    fn a_day_is_reached_by_the_shortest_term() {
        let from = at("2026-12-15T15:59:59Z");
        let day = |text: &str| Span::Day(text.parse().expect("a day"));
        for (span, common, expected) in [
            (day("2026-12-15"), None, Err(NoTerm::Reached)),
            (day("2026-12-16"), None, Ok(Term::Months(1))),
            (day("2027-01-15"), None, Ok(Term::Months(1))),
            (day("2027-01-16"), None, Ok(Term::Months(2))),
            // The common day of expiry moves the end of one month far enough.
            (day("2027-01-20"), Some(20), Ok(Term::Months(1))),
            (day("2027-12-01"), None, Ok(Term::Years(1))),
            (day("2029-12-15"), None, Ok(Term::Years(3))),
            (day("2029-12-16"), None, Err(NoTerm::TooFar)),
            (Span::Term(Term::Years(2)), None, Ok(Term::Years(2))),
        ] {
            assert_eq!(span.term(from, common), expected, "{span:?} {common:?}");
        }
    }

    #[test]
    fn every_term_is_read_by_its_name() {
        for Named(name, term) in TERMS {
            assert_eq!(read(name), Some(term));
            assert!(term.is_known());
        }
        assert_eq!(read("m12"), None);
    }
}
