//! What the overview tells about orders: the figures that orders alone can give. It shows nothing.

mod store;

use chrono::{DateTime, Datelike as _, Months, NaiveDate, Utc};
use chrono_tz::Tz;

pub use self::store::{Flow, Pending};
pub use super::words;
use super::{glance::Glance, list};
use crate::{
    i18n::Locale,
    identity::access::{AccountId, Scope},
    money::Money,
    state::App,
    web::filters::Dates,
};

/// Months of the chart, the current one included.
const MONTHS: u32 = 12;
/// Orders that are listed by themselves.
const LISTED: i64 = 8;

/// Figures of the orders in a scope.
#[derive(Debug)]
pub struct Summary {
    /// How many orders await payment.
    pub pending: i64,
    /// What they come to.
    pub pending_amount: Money,
    /// The most urgent of them, by deadline.
    pub urgent: Vec<Pending>,
    /// The newest orders, whatever their status.
    pub recent: Vec<Pending>,
    /// Paid and given back in this month so far.
    pub this_month: Flow,
    /// The same of the month before, up to the same moment of it.
    pub last_month: Flow,
    /// By month, oldest first.
    pub months: Vec<(NaiveDate, Flow)>,
    /// When the data was read, if all of it was.
    pub read_at: Option<DateTime<Utc>>,
    /// Whether it is young enough to act on.
    pub is_fresh: bool,
    /// Readings that failed: account, why, when.
    pub failures: Vec<(AccountId, String, DateTime<Utc>)>,
    /// Done and total of first loads under way.
    pub loading: Option<(i64, i64)>,
    /// The first and the last day of this month.
    pub month_days: (NaiveDate, NaiveDate),
}

/// The figures at `now`.
pub async fn summary(app: &App, scope: &Scope, now: DateTime<Utc>, locale: Locale) -> sqlx::Result<Summary> {
    let zone = app.settings.zone;
    let today = now.with_timezone(&zone).date_naive();
    let month = first_of(today);
    let before = month.checked_sub_months(Months::new(1)).unwrap_or(month);
    let since = start(month, zone);
    let glance = Glance::at(app, scope).await?;
    let tally = store::awaiting_payment(&app.db, scope).await?;
    let oldest = month.checked_sub_months(Months::new(MONTHS - 1)).unwrap_or(month);
    let months = store::by_month(&app.db, scope, start(oldest, zone), zone.name()).await?;
    let of = |wanted: NaiveDate| {
        months.iter().find(|(month, _)| *month == wanted).map_or_else(Flow::default, |m| m.1)
    };
    let last_month =
        store::flow(&app.db, scope, start(before, zone), start(before, zone) + (now - since)).await?;
    Ok(Summary {
        pending: tally.0,
        pending_amount: tally.1,
        urgent: store::urgent(&app.db, scope, LISTED, locale).await?,
        recent: store::recent(&app.db, scope, LISTED, locale).await?,
        this_month: of(month),
        last_month,
        months: (0..MONTHS)
            .filter_map(|n| oldest.checked_add_months(Months::new(n)))
            .map(|m| (m, of(m)))
            .collect(),
        read_at: glance.read_at(),
        is_fresh: list::is_fresh(app, &glance, now),
        failures: glance
            .progress
            .iter()
            .filter_map(|progress| Some((progress.account, progress.error.clone()?, progress.failed_at?)))
            .collect(),
        loading: glance.loading(),
        month_days: (month, today),
    })
}

fn first_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

fn start(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    Dates { from: Some(day), to: None }.start(zone).unwrap_or_default()
}
