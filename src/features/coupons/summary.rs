//! What the overview tells about coupons: what can be used, what is held, and what expires soon. It shows nothing.

use chrono::{DateTime, Utc};

use super::{
    filter::{Filter, State},
    read,
    store::{Tally, expiring_soon, tallies},
};
use crate::{identity::access::Scope, money::Money, readings::Standing, state::App, web::links};

/// Some coupons.
#[derive(Debug, Clone, Default)]
pub struct Figure {
    /// How many.
    pub n: i64,
    /// What they can still pay; discount coupons are no amount.
    pub amount: Money,
    /// Their list.
    pub url: String,
}

/// Figures of the coupons in a scope.
#[derive(Debug)]
pub struct Summary {
    /// What can be used.
    pub usable: Figure,
    /// What an order holds, or Huawei has frozen.
    pub held: Figure,
    /// What can be used and expires soon.
    pub expiring: Figure,
    /// How far the reading is.
    pub standing: Standing,
    /// Whether it is young enough to act on.
    pub is_fresh: bool,
}

/// The figures at `now`.
///
/// # Errors
/// When the database does not answer.
pub async fn summary(app: &App, scope: &Scope, now: DateTime<Utc>) -> sqlx::Result<Summary> {
    let tallies = tallies(&app.db, scope).await?;
    let standing = Standing::of(&app.db, scope, &[read::COUPONS]).await?;
    let figure = |state: State| {
        let filter = Filter { state: Some(state), ..Filter::default() };
        let tally = tallies.iter().find(|tally| tally.state == state.code());
        Figure {
            n: tally.map_or(0, |tally| tally.n),
            amount: tally.map(Tally::remaining).unwrap_or_default(),
            url: format!("{}?{}", links::COUPONS, filter.query()),
        }
    };
    let (n, amount) = expiring_soon(&app.db, scope, now).await?;
    Ok(Summary {
        usable: figure(State::Usable),
        held: figure(State::Held),
        expiring: Figure { n, amount, url: format!("{}/expiring", links::COUPONS) },
        is_fresh: standing.is_fresh(now, app.settings.max_data_age),
        standing,
    })
}
