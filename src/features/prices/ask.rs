//! Asking Huawei what lines cost now: those of one region and one way of being charged in one question. Where a
//! question is refused, each line is tried alone and the good ones are asked about together once more, so that one
//! wrong line hides no other's price. It buys nothing.

use std::collections::BTreeMap;

use super::{
    answer::{Answer, Priced, Refused, Sum},
    dictionary::{Dictionary, Names},
    line::Line,
};
use crate::{
    bss::{
        self, Kind, Reader, Term,
        codes::InquiryPrecision,
        prices::{PeriodInquiry, RenewalInquiry, UsageInquiry},
    },
    i18n::Locale,
    units::Units,
    web::Error,
};

/// The most resources of one question about renewals.
const RENEWALS: usize = 10;

/// A project of the account for each region.
pub type Projects = BTreeMap<String, String>;

/// The words of lines: names of codes and units.
pub struct Words {
    names: Names,
    units: Units,
}

impl Words {
    /// What these lines need.
    pub async fn of(lines: &[Line], dictionary: Dictionary<'_>) -> Result<Self, Error> {
        let names = dictionary.names(&Line::codes(lines)).await?;
        Ok(Self { names, units: Units::known(dictionary.db).await? })
    }

    /// What a line is called, and its terms.
    pub fn say(&self, line: &Line, locale: Locale) -> [String; 2] {
        [line.title(&self.names, locale), line.terms(&self.names, &self.units, locale)]
    }
}

/// What these lines cost. A line that Huawei refuses has no price and says why; any other failure is the answer's.
pub async fn products(
    reader: &Reader,
    lines: &[Line],
    projects: &Projects,
    words: &Words,
) -> Result<Answer, bss::Error> {
    let mut answer = Answer::default();
    for line in lines {
        answer.lines.push(Priced {
            asked: line.to_string(),
            zh: words.say(line, Locale::Zh),
            en: words.say(line, Locale::En),
            sum: 0,
            official: None,
            offers: Vec::new(),
            amount: None,
            failed: None,
        });
    }
    let mut questions: BTreeMap<(bool, &str), Vec<usize>> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        questions.entry((line.is_use(), &line.region)).or_default().push(at);
    }
    for ((is_use, region), about) in questions {
        let project = projects.get(region).cloned().unwrap_or_default();
        match question(reader, (is_use, &project), lines, &about, &mut answer).await {
            Err(error) if error.kind == Kind::Refused && about.len() > 1 => {
                let mut good = Vec::new();
                for at in about {
                    let mut alone = answer.clone();
                    match question(reader, (is_use, &project), lines, &[at], &mut alone).await {
                        Ok(()) => good.push(at),
                        other => refused(other, &[at], &mut answer)?,
                    }
                }
                if !good.is_empty() {
                    let together = question(reader, (is_use, &project), lines, &good, &mut answer).await;
                    refused(together, &good, &mut answer)?;
                }
            }
            other => refused(other, &about, &mut answer)?,
        }
    }
    Ok(answer)
}

/// What renewing these resources for a term costs; `words` are what they are called.
pub async fn renewals(
    reader: &Reader,
    resources: &[(String, [String; 2])],
    term: Term,
) -> Result<Answer, bss::Error> {
    let mut answer = Answer::default();
    for some in resources.chunks(RENEWALS) {
        let first = answer.lines.len();
        let terms = |locale| crate::web::term::term(term, locale);
        answer.lines.extend(some.iter().map(|(id, [zh, en])| Priced {
            asked: id.clone(),
            zh: [zh.clone(), terms(Locale::Zh)],
            en: [en.clone(), terms(Locale::En)],
            sum: answer.sums.len(),
            official: None,
            offers: Vec::new(),
            amount: None,
            failed: None,
        }));
        let ids = some.iter().map(|(id, _)| id.clone()).collect();
        let about: Vec<usize> = (first..answer.lines.len()).collect();
        let Ok(inquiry) = RenewalInquiry::new(ids, term, false) else {
            refuse(&Refused::default(), &about, &mut answer);
            continue;
        };
        match reader.renewal_prices(&inquiry).await {
            Ok(prices) => {
                for at in about {
                    answer.lines[at].take_renewal(&prices);
                }
                answer.sums.extend(Sum::of_renewals(&prices));
            }
            Err(error) => refused(Err(error), &about, &mut answer)?,
        }
    }
    Ok(answer)
}

/// Asks one question about some of the lines.
async fn question(
    reader: &Reader,
    (is_use, project): (bool, &str),
    lines: &[Line],
    about: &[usize],
    answer: &mut Answer,
) -> Result<(), bss::Error> {
    let project = project.to_owned();
    let named = about.iter().map(|at| (at.to_string(), &lines[*at]));
    let sum = if is_use {
        let used = named.filter_map(|(id, line)| line.used(&id)).collect();
        let Ok(inquiry) = UsageInquiry::new(project, used, InquiryPrecision::Ten) else {
            refuse(&Refused::default(), about, answer);
            return Ok(());
        };
        let prices = reader.usage_prices(&inquiry).await?;
        for at in about {
            answer.lines[*at].take_use(&at.to_string(), &prices);
        }
        Sum::of_use(&prices)
    } else {
        let by_term = named.filter_map(|(id, line)| line.by_term(&id)).collect();
        let Ok(inquiry) = PeriodInquiry::new(project, by_term) else {
            refuse(&Refused::default(), about, answer);
            return Ok(());
        };
        let prices = reader.period_prices(&inquiry).await?;
        for at in about {
            answer.lines[*at].take_term(&at.to_string(), &prices);
        }
        Sum::of_terms(&prices)
    };
    for at in about {
        answer.lines[*at].sum = answer.sums.len();
    }
    match sum {
        Some(sum) => answer.sums.push(sum),
        None => refuse(&Refused::default(), about, answer),
    }
    Ok(())
}

/// Lets lines say that they were refused; other failures are passed on.
fn refused(result: Result<(), bss::Error>, about: &[usize], answer: &mut Answer) -> Result<(), bss::Error> {
    match result {
        Err(error) if error.kind == Kind::Refused => {
            refuse(&Refused::of(&error), about, answer);
            Ok(())
        }
        other => other,
    }
}

fn refuse(why: &Refused, about: &[usize], answer: &mut Answer) {
    for at in about {
        answer.lines[*at].failed = Some(why.clone());
    }
}
