//! The inquiry: a form that leads from a service to what it costs, several lines in one address, answered by Huawei
//! when it is asked for. What was typed stays whatever goes wrong. It buys nothing.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};

use super::{
    Choice, Tab, account, accounts,
    ask::{self, Projects, Words},
    asked::{Asked, Wrong},
    dictionary::{Choices, Dictionary, Word, job},
    line::{self, Line, MOST, term_name, terms},
    regions,
    table::Told,
    tabs,
    texts::{InquiryTexts, Texts},
};
use crate::{
    bss::{Reader, codes::SizeMeasure, products::SoldBy},
    identity::access::{AccountId, Actor, Permission},
    jobs,
    state::App,
    units::Units,
    web::{Error, PAGE_LIMIT, Page, Ui, form::Query, links, problem::Problem, term},
};

/// Resource types of which one buys a size, as far as they are known: the field is offered for any.
const LINEAR: [&str; 4] = ["volume", "bandwidth", "vault", "sfs"];
/// Kinds of units that use is not counted in: money, lengths, periods.
const NO_USE: [i32; 3] = [1, 6, 10];

#[derive(Template)]
#[template(path = "prices/inquiry.html")]
struct InquiryPage<'a> {
    ui: &'a Ui,
    t: InquiryTexts,
    p: Texts,
    tabs: Vec<Tab>,
    accounts: Vec<Choice>,
    asked: &'a Asked,
    shelf: Shelf,
    wrong: Vec<Wrong>,
    lines: Vec<Shown>,
    places: Vec<Place>,
    lacks_projects: bool,
    told: Option<Told>,
    problem: Option<Problem>,
    is_full: bool,
    is_fresh: bool,
}

/// What can be chosen for the line that is put together.
struct Shelf {
    services: Choices,
    resources: Choices,
    specs: Choices,
    usage: Choices,
    units: Vec<(i32, String)>,
    /// The resource type, which is chosen by itself where there is one alone.
    resource: String,
    is_linear: bool,
}

/// A line of the inquiry before it is answered.
struct Shown {
    title: String,
    terms: String,
    without: String,
    compare: String,
}

/// A region that needs a project.
struct Place {
    region: String,
    name: String,
    project: String,
    is_missing: bool,
}

/// `GET /prices`.
pub async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Query(mut asked): Query<Asked>,
) -> Result<Response, Error> {
    let id = account(&app, &actor, &asked.account)?;
    asked.account = id.map(|id| id.to_string()).unwrap_or_default();
    let mut lines = asked.lines()?;
    let (adds, asks) = (!asked.add.is_empty(), !asked.ask.is_empty());
    let mut wrong = Vec::new();
    if asked.builds() && (adds || asks) {
        match asked.built() {
            Ok(line) if lines.len() < MOST => {
                lines.push(line);
                let ask: &[(&str, &str)] = if asks { &[("ask", "1")] } else { &[] };
                let kept = [("region", asked.region.trim()), ("sold", asked.sold.as_str())];
                let more: Vec<_> = kept.into_iter().chain(ask.iter().copied()).collect();
                return Ok(Redirect::to(&asked.url(&lines, &more)).into_response());
            }
            Ok(_) => {}
            Err(why) => wrong = why,
        }
    } else if adds || (asks && lines.is_empty()) {
        wrong.push(Wrong::Service);
    }
    let reader = id.and_then(|id| app.readers.get(id)).map(|reader| reader.within(PAGE_LIMIT));
    let dictionary =
        Dictionary { db: &app.db, clock: &app.clock, reader: reader.as_ref(), locale: ui.locale };
    let remembered = match id {
        Some(id) => dictionary.projects(id).await?,
        None => Vec::new(),
    };
    let mut projects = asked.projects();
    for (region, project) in remembered {
        projects.entry(region).or_insert(project);
    }
    let shelf = shelf(&asked, dictionary, ui.locale).await?;
    let words = Words::of(&lines, dictionary).await?;
    let places = places(&asked, &lines, &projects, &ui);
    let lacks = places.iter().any(|place| place.is_missing && lines.iter().any(|l| l.region == place.region));
    let can_ask = asks && wrong.is_empty() && !lines.is_empty() && !lacks;
    let (told, problem) = match (can_ask, id, &reader) {
        (false, ..) => (None, None),
        (true, Some(id), Some(reader)) => {
            answered((id, reader), &lines, &projects, &words, dictionary).await?
        }
        (true, ..) => (None, Some(Problem::switched_off(ui.locale))),
    };
    let with_projects = Asked {
        place: projects.keys().cloned().collect(),
        project: projects.values().cloned().collect(),
        ..asked.clone()
    };
    let page = InquiryPage {
        t: InquiryTexts(ui.locale),
        p: Texts(ui.locale),
        tabs: tabs("", ui.locale),
        accounts: accounts(&app, &actor, id),
        is_fresh: shelf.services.read_at.is_some(),
        lines: shown(&lines, &with_projects, &words, &ui),
        told,
        lacks_projects: asks && lacks,
        is_full: lines.len() >= MOST,
        ui: &ui,
        asked: &asked,
        shelf,
        wrong,
        places,
        problem,
    };
    Ok(Page(page).into_response())
}

/// `POST /prices/refresh`: wakes the job that reads the dictionaries.
pub async fn refresh(State(app): State<App>) -> Result<Redirect, Error> {
    jobs::wake(&app.db, job::JOB).await?;
    Ok(Redirect::to(links::PRICES))
}

/// Huawei's answer, and the projects that it was given for remembered.
async fn answered(
    (id, reader): (AccountId, &Reader),
    lines: &[Line],
    projects: &Projects,
    words: &Words,
    dictionary: Dictionary<'_>,
) -> Result<(Option<Told>, Option<Problem>), Error> {
    match ask::products(reader, lines, projects, words).await {
        Ok(answer) => {
            for (line, priced) in lines.iter().zip(&answer.lines) {
                if let (None, Some(project)) = (&priced.failed, projects.get(&line.region)) {
                    dictionary.remember(id, (&line.region, project)).await?;
                }
            }
            Ok((Some(Told::of(&answer, dictionary.locale)), None))
        }
        Err(error) => {
            tracing::warn!(%error, "prices cannot be read");
            Ok((None, Some(Problem::of(&error, dictionary.locale))))
        }
    }
}

async fn shelf(
    asked: &Asked,
    dictionary: Dictionary<'_>,
    locale: crate::i18n::Locale,
) -> Result<Shelf, Error> {
    let services = dictionary.services().await?;
    let can_be = |code: &str| line::code(code).is_ok();
    let resources =
        if can_be(&asked.service) { dictionary.resources(&asked.service).await? } else { Choices::default() };
    let listed = |code: &str| resources.words.iter().any(|word| word.code == code);
    let resource = match resources.words.as_slice() {
        [only] => only.code.clone(),
        [] => asked.resource.clone(),
        _ if listed(&asked.resource) => asked.resource.clone(),
        _ => String::new(),
    };
    let region = asked.region.trim();
    let sold = if asked.is_use() { SoldBy::Use } else { SoldBy::Term };
    let specs = if can_be(&asked.service) && can_be(&resource) && can_be(region) {
        dictionary.specs((&asked.service, &resource), region, sold).await?
    } else {
        Choices::default()
    };
    let (usage, units) = if asked.is_use() && !resource.is_empty() {
        let units = Units::known(dictionary.db).await?;
        let of_use = units.all().filter(|unit| !NO_USE.contains(&unit.kind));
        let units = of_use.map(|unit| (unit.id, units.name(unit.id, locale))).collect();
        (dictionary.usage(&resource).await?, units)
    } else {
        (Choices::default(), Vec::new())
    };
    let is_linear = LINEAR.iter().any(|part| resource.contains(part));
    Ok(Shelf { services, resources, specs, usage, units, resource, is_linear })
}

fn shown(lines: &[Line], asked: &Asked, words: &Words, ui: &Ui) -> Vec<Shown> {
    let show = |(at, line): (usize, &Line)| {
        let [title, terms] = words.say(line, ui.locale);
        let mut others = lines.to_vec();
        others.remove(at);
        let again: &[(&str, &str)] =
            if asked.ask.is_empty() || others.is_empty() { &[] } else { &[("ask", "1")] };
        let only = Asked { place: Vec::new(), project: Vec::new(), ..asked.clone() };
        let project = asked.projects().remove(&line.region);
        let only = project.map_or(only.clone(), |project| Asked {
            place: vec![line.region.clone()],
            project: vec![project],
            ..only
        });
        Shown {
            title,
            terms,
            without: asked.url(&others, again),
            compare: format!("{}/break-even?{}", links::PRICES, only.query(std::slice::from_ref(line), &[])),
        }
    };
    lines.iter().enumerate().map(show).collect()
}

fn places(asked: &Asked, lines: &[Line], projects: &Projects, ui: &Ui) -> Vec<Place> {
    asked
        .regions(lines)
        .into_iter()
        .map(|region| {
            let project = projects.get(&region).cloned().unwrap_or_default();
            Place { name: regions::name(&region, ui.locale), is_missing: project.is_empty(), region, project }
        })
        .collect()
}

impl InquiryPage<'_> {
    fn is_wrong(&self, name: &str) -> &'static str {
        let (why, words) = match name {
            "service" => (Wrong::Service, self.t.choose_service()),
            "resource" => (Wrong::Resource, self.t.choose_resource()),
            "region" => (Wrong::Region, self.t.choose_region()),
            "spec" => (Wrong::Spec, self.t.choose_spec()),
            "size" => (Wrong::Size, self.t.type_size()),
            "count" => (Wrong::Count, self.t.type_count()),
            "factor" => (Wrong::Factor, self.t.choose_factor()),
            "value" => (Wrong::Value, self.t.type_value()),
            "unit" => (Wrong::Unit, self.t.choose_unit()),
            _ => (Wrong::Term, self.t.choose_term()),
        };
        if self.wrong.contains(&why) { words } else { "" }
    }

    fn name<'w>(&self, word: &'w Word) -> &'w str {
        word.name(self.ui.locale)
    }

    fn regions(&self) -> Vec<(&'static str, &'static str)> {
        regions::all(self.ui.locale).collect()
    }

    fn terms(&self) -> Vec<Choice> {
        let chosen = if self.asked.term.is_empty() { "m1" } else { &self.asked.term };
        let choice = |of| {
            let value = term_name(of);
            Choice { chosen: value == chosen, word: term::term(of, self.ui.locale), value }
        };
        terms().map(choice).collect()
    }

    fn measures(&self) -> Vec<Choice> {
        let usual = if self.shelf.resource.contains("bandwidth") { "15" } else { "17" };
        let chosen = if self.asked.measure.is_empty() { usual } else { &self.asked.measure };
        let choice = |unit: &SizeMeasure| {
            let value = unit.code().to_string();
            Choice { chosen: value == chosen, word: unit.name(self.ui.locale).into_owned(), value }
        };
        SizeMeasure::ALL.iter().map(choice).collect()
    }

    /// The unit that is chosen: what was, or the usual one of the factor.
    fn unit(&self) -> i32 {
        let factor = if self.asked.factor.is_empty() {
            self.shelf.usage.words.first().map_or("", |word| word.code.as_str())
        } else {
            &self.asked.factor
        };
        let factor = factor.to_lowercase();
        let usual = match () {
            () if factor.contains("flow") => 10,
            () if factor.contains("storage") => 17,
            () if factor.contains("number") => 14,
            () => 4,
        };
        self.asked.unit.parse().unwrap_or(usual)
    }

    fn value(&self) -> &str {
        if self.asked.value.is_empty() && !self.wrong.contains(&Wrong::Value) {
            "1"
        } else {
            &self.asked.value
        }
    }

    fn may_refresh(&self) -> bool {
        self.ui.may(Permission::Refresh)
    }

    /// What dictionaries could not be read for the line that is put together.
    fn unread(&self) -> Vec<(&'static str, &Problem)> {
        let t = self.t;
        [(t.resource(), &self.shelf.resources), (t.spec(), &self.shelf.specs)]
            .into_iter()
            .filter_map(|(what, choices)| Some((what, choices.problem.as_ref()?)))
            .collect()
    }

    /// What is usually linear has its size asked for; of the rest it can be told.
    fn shows_size(&self) -> bool {
        self.shelf.is_linear || !self.asked.size.is_empty()
    }
}
