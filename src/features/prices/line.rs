//! A line of an inquiry: a product, how many, and how it is charged. It is written as one text, which addresses and
//! saved quotes hold, and it knows no prices.

use std::{fmt, str::FromStr};

use rust_decimal::Decimal;

use super::{
    dictionary::{Kind, Names},
    texts::LineTexts,
};
use crate::{
    bss::{
        Term,
        codes::{FeeInstalments, InquiryPeriod, Measure, SizeMeasure, UsageFactor},
        prices::{PeriodProduct, Product, Size, UsedProduct},
    },
    i18n::Locale,
    units::{Units, grouped},
    web::term,
};

/// The most lines of one inquiry.
pub const MOST: usize = 50;
/// Between the parts of a line's text; no code of Huawei's has it.
const BETWEEN: char = '~';
/// The longest code that is taken.
const LONGEST: usize = 128;

/// What is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The service type's code.
    pub service: String,
    /// The resource type's code.
    pub resource: String,
    /// The region's code.
    pub region: String,
    /// The spec's code.
    pub spec: String,
    /// How large and of which unit, of linear products alone.
    pub size: Option<(u32, i32)>,
    /// How many.
    pub count: u32,
    /// How it is charged.
    pub charged: Charged,
}

/// How a product is charged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Charged {
    /// Pay-per-use: by what use is counted, how much, and of which unit.
    Use {
        /// The usage type's code.
        factor: String,
        /// How much is used.
        value: Decimal,
        /// The id of its unit.
        unit: i32,
    },
    /// Yearly or monthly.
    Term(Term),
}

/// The text is no line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a line of an inquiry")]
pub struct NotALine;

impl Line {
    /// Whether it is charged by use.
    pub const fn is_use(&self) -> bool {
        matches!(self.charged, Charged::Use { .. })
    }

    /// The product as an inquiry names it.
    pub fn product(&self) -> Product {
        Product {
            service_type: self.service.clone(),
            resource_type: self.resource.clone(),
            spec: self.spec.clone(),
            region: self.region.clone(),
            zone: None,
            size: self.size.map(|(amount, unit)| Size { amount, measure: SizeMeasure::from_code(unit) }),
        }
    }

    /// As an inquiry of use has it, under this id; nothing where it is charged by the term.
    pub fn used(&self, id: &str) -> Option<UsedProduct> {
        let Charged::Use { factor, value, unit } = &self.charged else { return None };
        Some(UsedProduct {
            id: id.to_owned(),
            product: self.product(),
            factor: UsageFactor::from_code(factor),
            value: *value,
            measure: Measure::from_code(*unit),
            quantity: self.count,
        })
    }

    /// As an inquiry of terms has it, under this id; nothing where it is charged by use.
    pub fn by_term(&self, id: &str) -> Option<PeriodProduct> {
        let Charged::Term(term) = self.charged else { return None };
        let (period, periods) = match term {
            Term::Months(months) => (InquiryPeriod::Month, months),
            Term::Years(years) => (InquiryPeriod::Year, years),
        };
        Some(PeriodProduct {
            id: id.to_owned(),
            product: self.product(),
            period,
            periods: periods.into(),
            quantity: self.count,
            instalments: None::<FeeInstalments>,
        })
    }

    /// The codes whose names its words need.
    pub fn codes(lines: &[Self]) -> [(Kind, Vec<String>); 4] {
        let all = |of: fn(&Self) -> &str| lines.iter().map(|line| of(line).to_owned()).collect();
        [
            (Kind::Service, all(|line| &line.service)),
            (Kind::Resource, all(|line| &line.resource)),
            (Kind::Spec, all(|line| &line.spec)),
            (
                Kind::Usage,
                all(|line| match &line.charged {
                    Charged::Use { factor, .. } => factor,
                    Charged::Term(_) => "",
                }),
            ),
        ]
    }

    /// What people call the product, in a language: service and spec.
    pub fn title(&self, names: &Names, locale: Locale) -> String {
        let of = |kind, code: &str| {
            let (zh, en) = names.of(kind, code);
            locale.pick(&zh, &en).clone()
        };
        format!("{} · {}", of(Kind::Service, &self.service), of(Kind::Spec, &self.spec))
    }

    /// Where, how large, how many and how charged, in a language.
    pub fn terms(&self, names: &Names, units: &Units, locale: Locale) -> String {
        let t = LineTexts(locale);
        let mut parts = vec![super::regions::name(&self.region, locale)];
        if let Some((amount, unit)) = self.size {
            let unit = SizeMeasure::from_code(unit).name(locale);
            parts.push(format!("{amount} {unit}"));
        }
        if self.count != 1 {
            parts.push(t.pieces(self.count));
        }
        parts.push(match &self.charged {
            Charged::Term(of) => term::term(*of, locale),
            Charged::Use { factor, value, unit } => {
                let (zh, en) = names.of(Kind::Usage, factor);
                let unit = units.name(*unit, locale);
                t.used(locale.pick(&zh, &en), &format!("{} {unit}", grouped(*value)))
            }
        });
        parts.join(" · ")
    }
}

/// A term as addresses name it: `m3`, `y1`.
pub fn term_name(term: Term) -> String {
    match term {
        Term::Months(months) => format!("m{months}"),
        Term::Years(years) => format!("y{years}"),
    }
}

/// The term of such a name, if BSS has it.
pub fn term_named(name: &str) -> Option<Term> {
    let (unit, number) = name.split_at_checked(1)?;
    let number = number.parse().ok()?;
    let term = match unit {
        "m" => Term::Months(number),
        "y" => Term::Years(number),
        _ => return None,
    };
    term.is_known().then_some(term)
}

/// Every term, shortest first.
pub fn terms() -> impl Iterator<Item = Term> {
    (1..=11).map(Term::Months).chain((1..=3).map(Term::Years))
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { service, resource, region, spec, size, count, charged } = self;
        let size = size.map(|(amount, unit)| format!("{amount}x{unit}")).unwrap_or_default();
        write!(f, "{service}~{resource}~{region}~{spec}~{size}~{count}~")?;
        match charged {
            Charged::Term(term) => f.write_str(&term_name(*term)),
            Charged::Use { factor, value, unit } => write!(f, "{factor}~{value}~{unit}"),
        }
    }
}

impl FromStr for Line {
    type Err = NotALine;

    fn from_str(text: &str) -> Result<Self, NotALine> {
        let parts: Vec<&str> = text.split(BETWEEN).collect();
        let (product, charged) = parts.split_at_checked(6).ok_or(NotALine)?;
        let [service, resource, region, spec, size, count] = product else { return Err(NotALine) };
        let charged = match charged {
            [term] => Charged::Term(term_named(term).ok_or(NotALine)?),
            [factor, value, unit] => Charged::Use {
                factor: code(factor)?,
                value: value.parse().map_err(|_| NotALine)?,
                unit: unit.parse().map_err(|_| NotALine)?,
            },
            _ => return Err(NotALine),
        };
        let size = match *size {
            "" => None,
            size => {
                let (amount, unit) = size.split_once('x').ok_or(NotALine)?;
                Some((number(amount)?, unit.parse().map_err(|_| NotALine)?))
            }
        };
        Ok(Self {
            service: code(service)?,
            resource: code(resource)?,
            region: code(region)?,
            spec: code(spec)?,
            size,
            count: number(count)?,
            charged,
        })
    }
}

/// A code as people type it, if it can be one.
pub fn code(text: &str) -> Result<String, NotALine> {
    let text = text.trim();
    let odd = |c: char| c == BETWEEN || c.is_control() || c.is_whitespace();
    let is_code = (1..=LONGEST).contains(&text.chars().count()) && !text.contains(odd);
    if is_code { Ok(text.to_owned()) } else { Err(NotALine) }
}

/// A whole number of 1 or more.
pub fn number(text: &str) -> Result<u32, NotALine> {
    text.trim().parse().ok().filter(|number| (1..=1_000_000).contains(number)).ok_or(NotALine)
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;

    fn disk(charged: Charged) -> Line {
        Line {
            service: "hws.service.type.ebs".to_owned(),
            resource: "hws.resource.type.volume".to_owned(),
            region: "cn-north-4".to_owned(),
            spec: "GPSSD".to_owned(),
            size: Some((40, 17)),
            count: 2,
            charged,
        }
    }

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let factor = "Duration".to_owned();
        for charged in [
            Charged::Term(Term::Months(11)),
            Charged::Term(Term::Years(3)),
            Charged::Use { factor, value: dec!(0.0000000001), unit: 4 },
        ] {
            let line = disk(charged);
            assert_eq!(line.to_string().parse(), Ok(line.clone()));
            let whole = Line { size: None, ..line };
            assert_eq!(whole.to_string().parse(), Ok(whole));
        }
        assert_eq!(
            disk(Charged::Term(Term::Months(1))).to_string(),
            "hws.service.type.ebs~hws.resource.type.volume~cn-north-4~GPSSD~40x17~2~m1"
        );
    }

    #[test]
    fn what_is_no_line_is_not_read() {
        for text in [
            "",
            "a~b~c~d~~1",
            "a~b~c~d~~0~m1",
            "a~b~c~d~~1~m12",
            "a~b~c~d~~1~y0",
            "a~b~c~~~1~m1",
            "a~b~c~d~40~1~m1",
            "a~b~c~d~~1~Duration~x~4",
            "a~b~c~d~~1~m1~m2",
            "a~b~c~d e~~1~m1",
            "é",
        ] {
            assert_eq!(text.parse::<Line>(), Err(NotALine), "{text}");
        }
        assert_eq!(term_named("年1"), None);
    }

    #[test]
    fn every_term_has_a_name_of_its_own() {
        for term in terms() {
            assert_eq!(term_named(&term_name(term)), Some(term));
        }
        assert_eq!(terms().count(), 14);
    }
}
