//! For how long something is bought or renewed, in words.

use crate::{bss::Term, i18n::Locale};

/// A term in words.
pub fn term(term: Term, locale: Locale) -> String {
    let t = Texts(locale);
    match term {
        Term::Months(1) => t.one_month().to_owned(),
        Term::Months(n) => t.months(n),
        Term::Years(1) => t.one_year().to_owned(),
        Term::Years(n) => t.years(n),
    }
}

crate::texts! {
    /// Terms.
    pub struct Texts {
        one_month: "1 个月", "1 month";
        months(n: u8): "{n} 个月", "{n} months";
        one_year: "1 年", "1 year";
        years(n: u8): "{n} 年", "{n} years";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_said_in_both_languages() {
        assert_eq!(term(Term::Months(1), Locale::En), "1 month");
        assert_eq!(term(Term::Months(9), Locale::Zh), "9 个月");
        assert_eq!(term(Term::Years(3), Locale::En), "3 years");
    }
}
