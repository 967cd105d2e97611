//! What the address of an inquiry says: the account, the lines, a project for each region, and the line that is being
//! put together. It asks nobody.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde::Deserialize;

use super::{
    ask::Projects,
    line::{self, Charged, Line, MOST},
};
use crate::{
    money::Money,
    web::{Error, links},
};

/// The parameters. Each may be missing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The account that asks.
    pub account: String,
    /// Lines, as they write themselves.
    pub line: Vec<String>,
    /// Regions …
    pub place: Vec<String>,
    /// … with their projects, in the same order.
    pub project: Vec<String>,
    /// The line that is put together: its service,
    pub service: String,
    /// resource type,
    pub resource: String,
    /// region,
    pub region: String,
    /// `term` or `use`,
    pub sold: String,
    /// spec,
    pub spec: String,
    /// size
    pub size: String,
    /// and its unit,
    pub measure: String,
    /// number,
    pub count: String,
    /// term,
    pub term: String,
    /// what use is counted by,
    pub factor: String,
    /// how much of it
    pub value: String,
    /// and its unit.
    pub unit: String,
    /// Whether the line is to be added.
    pub add: String,
    /// Whether Huawei is to be asked.
    pub ask: String,
    /// Whether a quote was not saved because prices had changed.
    pub changed: String,
    /// The name that was typed for a quote.
    pub name: String,
    /// For how many days it was to be valid.
    pub days: String,
}

/// What is wrong with the line that is put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// No service.
    Service,
    /// No resource type.
    Resource,
    /// No region.
    Region,
    /// No spec.
    Spec,
    /// No size, or a size without a unit.
    Size,
    /// No number.
    Count,
    /// No term.
    Term,
    /// Nothing to count use by.
    Factor,
    /// No amount of use.
    Value,
    /// No unit of use.
    Unit,
}

impl Asked {
    /// The lines.
    pub fn lines(&self) -> Result<Vec<Line>, Error> {
        if self.line.len() > MOST {
            return Err(Error::Invalid("too many lines".to_owned()));
        }
        let lines = self.line.iter().map(|text| text.parse());
        lines.collect::<Result<_, _>>().map_err(|error| Error::Invalid(format!("{error}")))
    }

    /// The projects that were typed, by region.
    pub fn projects(&self) -> Projects {
        let typed = self.place.iter().zip(&self.project);
        let typed = typed.map(|(place, project)| (place.clone(), project.trim().to_owned()));
        typed.filter(|(_, project)| !project.is_empty()).collect()
    }

    /// Whether a line is being put together.
    pub fn builds(&self) -> bool {
        !self.service.is_empty()
    }

    /// Whether that line is one of use.
    pub fn is_use(&self) -> bool {
        self.sold == "use"
    }

    /// The line that is put together, or what is wrong with it.
    pub fn built(&self) -> Result<Line, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let mut read = |text: &str, why| {
            line::code(text).unwrap_or_else(|_| {
                wrong.push(why);
                String::new()
            })
        };
        let (service, resource) =
            (read(&self.service, Wrong::Service), read(&self.resource, Wrong::Resource));
        let (region, spec) = (read(&self.region, Wrong::Region), read(&self.spec, Wrong::Spec));
        let size = match self.size.trim() {
            "" => None,
            size => {
                let size = line::number(size).ok().zip(self.measure.parse().ok());
                if size.is_none() {
                    wrong.push(Wrong::Size);
                }
                size
            }
        };
        let count = if self.count.trim().is_empty() { Ok(1) } else { line::number(&self.count) };
        if count.is_err() {
            wrong.push(Wrong::Count);
        }
        let charged = if self.is_use() { self.use_of(&mut wrong) } else { self.term_of(&mut wrong) };
        match (charged, count) {
            (Some(charged), Ok(count)) if wrong.is_empty() => {
                Ok(Line { service, resource, region, spec, size, count, charged })
            }
            _ => Err(wrong),
        }
    }

    /// The regions that need a project: of the lines, and of the one that is put together.
    pub fn regions(&self, lines: &[Line]) -> BTreeSet<String> {
        let building = Some(self.region.trim()).filter(|region| self.builds() && line::code(region).is_ok());
        lines.iter().map(|line| line.region.as_str()).chain(building).map(str::to_owned).collect()
    }

    /// The address of an inquiry about these lines.
    pub fn url(&self, lines: &[Line], more: &[(&str, &str)]) -> String {
        format!("{}?{}", links::PRICES, self.query(lines, more))
    }

    /// Its query.
    pub fn query(&self, lines: &[Line], more: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if !self.account.is_empty() {
            query.append_pair("account", &self.account);
        }
        for line in lines {
            query.append_pair("line", &line.to_string());
        }
        for (place, project) in self.projects() {
            query.append_pair("place", &place).append_pair("project", &project);
        }
        query.extend_pairs(more);
        query.finish()
    }

    fn term_of(&self, wrong: &mut Vec<Wrong>) -> Option<Charged> {
        let term = line::term_named(&self.term);
        if term.is_none() {
            wrong.push(Wrong::Term);
        }
        term.map(Charged::Term)
    }

    fn use_of(&self, wrong: &mut Vec<Wrong>) -> Option<Charged> {
        let factor = line::code(&self.factor);
        if factor.is_err() {
            wrong.push(Wrong::Factor);
        }
        let value = self.value.trim().parse().map(Money::decimal);
        let value = value.ok().filter(|value| *value > Decimal::ZERO);
        if value.is_none() {
            wrong.push(Wrong::Value);
        }
        let unit = self.unit.parse().ok();
        if unit.is_none() {
            wrong.push(Wrong::Unit);
        }
        Some(Charged::Use { factor: factor.ok()?, value: value?, unit: unit? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bss::Term;

    fn asked() -> Asked {
        let text = |text: &str| text.to_owned();
        Asked {
            service: text("s"),
            resource: text("r"),
            region: text(" cn-north-4 "),
            sold: text("term"),
            spec: text("x"),
            term: text("m3"),
            ..Asked::default()
        }
    }

    #[test]
    fn a_line_is_put_together_or_says_what_is_wrong() {
        let line = asked().built().expect("a line");
        assert_eq!((line.region.as_str(), line.count), ("cn-north-4", 1));
        assert_eq!(line.charged, Charged::Term(Term::Months(3)));
        let wrong = Asked { spec: String::new(), size: "40".to_owned(), term: "m12".to_owned(), ..asked() };
        assert_eq!(wrong.built(), Err(vec![Wrong::Spec, Wrong::Size, Wrong::Term]));
        let wrong = Asked { sold: "use".to_owned(), count: "0".to_owned(), ..asked() };
        assert_eq!(wrong.built(), Err(vec![Wrong::Count, Wrong::Factor, Wrong::Value, Wrong::Unit]));
    }

    #[test]
    fn the_address_holds_lines_and_projects_and_nothing_half_done() {
        let line = asked().built().expect("a line");
        let typed = Asked {
            place: vec!["cn-north-4".to_owned(), "cn-east-3".to_owned()],
            project: vec![" p1 ".to_owned(), String::new()],
            ..asked()
        };
        assert_eq!(
            typed.query(&[line], &[("ask", "1")]),
            "line=s%7Er%7Ecn-north-4%7Ex%7E%7E1%7Em3&place=cn-north-4&project=p1&ask=1"
        );
        assert_eq!(typed.regions(&[]).into_iter().collect::<Vec<_>>(), ["cn-north-4"]);
    }
}
