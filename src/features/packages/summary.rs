//! What the overview tells about packages: how many are low, run out or end soon. It shows nothing.

use chrono::{DateTime, Utc};

use super::{
    filter::Filter,
    list::{LISTINGS, store::tallies},
};
pub use super::{filter::Near, texts::Texts};
use crate::{identity::access::Scope, readings::Standing, state::App, web::links};

/// A number that leads to its list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// What it counts.
    pub near: Near,
    /// How many packages.
    pub n: i64,
    /// The list of just these.
    pub url: String,
}

/// Figures of the packages in a scope.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Those that are not 0.
    pub figures: Vec<Figure>,
    /// When the data was read, if all of it was.
    pub read_at: Option<DateTime<Utc>>,
}

/// The figures at `now`.
///
/// # Errors
/// When the database does not answer.
pub async fn summary(app: &App, scope: &Scope, now: DateTime<Utc>) -> sqlx::Result<Summary> {
    let counted = tallies(&app.db, scope, &Filter::default(), now).await?;
    let figure = |near: Near| Figure {
        near,
        n: counted.iter().filter(|tally| tally.status == 1).map(|tally| tally.count(Some(near))).sum(),
        url: format!("{}?{}", links::PACKAGES, Filter { near: Some(near), ..Filter::default() }.query()),
    };
    let read_at = Standing::of(&app.db, scope, &LISTINGS).await?.read_at();
    Ok(Summary {
        figures: Near::ALL.map(figure).into_iter().filter(|figure| figure.n > 0).collect(),
        read_at,
    })
}
