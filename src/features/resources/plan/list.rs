//! The list of plans: those that go on first, then newest first. It asks nobody upstream.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    StepState,
    page::look,
    store::{self, Listed},
    texts::Texts,
};
use crate::{
    identity::access::Actor,
    state::App,
    web::{Error, Page, Ui, chip::Chip, form::Query, links},
};

/// Rows on a page.
const SIZE: i64 = 50;
/// Pages that can be reached.
const PAGES: i64 = 1_000;

/// What the URL says.
#[derive(Debug, Deserialize)]
pub(super) struct Parameters {
    #[serde(default)]
    page: Option<i64>,
}

#[derive(Template)]
#[template(path = "resources/plan/list.html")]
struct ListPage {
    ui: Ui,
    t: Texts,
    rows: Vec<Listed>,
    previous: Option<String>,
    next: Option<String>,
}

/// `GET /resources/plans`.
pub(super) async fn show(
    State(app): State<App>,
    actor: Actor,
    ui: Ui,
    Query(asked): Query<Parameters>,
) -> Result<Response, Error> {
    let page = asked.page.unwrap_or(1).clamp(1, PAGES);
    let mut rows = store::list(&app.db, &actor.all_accounts, ((page - 1) * SIZE, SIZE + 1)).await?;
    let more = rows.len() > usize::try_from(SIZE).unwrap_or_default();
    rows.truncate(usize::try_from(SIZE).unwrap_or_default());
    let url = |page: i64| format!("{}?page={page}", links::PLANS);
    let t = Texts(ui.locale);
    let (previous, next) = ((page > 1).then(|| url(page - 1)), more.then(|| url(page + 1)));
    Ok(Page(ListPage { ui, t, rows, previous, next }).into_response())
}

impl Listed {
    fn url(&self) -> String {
        links::plan(self.plan.id)
    }
}

impl ListPage {
    fn chip(&self, row: &Listed) -> Chip {
        let without = (row.without > 0).then_some(StepState::Unpaid);
        look(&row.plan, without.into_iter(), self.t)
    }

    fn progress(&self, row: &Listed) -> String {
        self.t.progress(row.ended, row.steps)
    }

    fn without(&self, row: &Listed) -> String {
        if row.without > 0 { self.t.without(row.without) } else { String::new() }
    }
}
