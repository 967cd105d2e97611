//! What renewing resources costs: as much as the renewal order would.

use super::{
    super::{Fen, World, services::CLOUDPOND, shape::Line, times::Millis},
    Offered,
    period::{Instalments, Plan},
};

/// What was asked, with its prices.
pub(crate) struct Rating {
    /// Main resources with the lines that renew them and what is attached to them.
    pub(crate) rows: Vec<(String, Vec<usize>)>,
    pub(crate) lines: Vec<Line>,
    /// How each line is paid.
    pub(crate) plans: Vec<Plan>,
    pub(crate) offers: Vec<Offered>,
    pub(crate) failed: Vec<Failed>,
}

/// A resource whose price cannot be said.
pub(crate) struct Failed {
    pub(crate) id: String,
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
}

impl World {
    /// What an account would pay for renewing these main resources by so many months or years, with the
    /// other main resources of the same purchases where those are wanted too.
    pub(crate) fn rate_renewal(
        &self,
        account: usize,
        ids: &[String],
        term: (u8, u32),
        relatives: bool,
        at: Millis,
    ) -> Rating {
        let mut rating = Rating {
            rows: Vec::new(),
            lines: Vec::new(),
            plans: Vec::new(),
            offers: Vec::new(),
            failed: Vec::new(),
        };
        for id in ids {
            match self.lines_of_renewal(account, id, term, at) {
                Ok(lines) => rating.row(id, lines),
                Err((code, message)) => rating.failed.push(Failed { id: id.clone(), code, message }),
            }
        }
        if relatives {
            let asked = rating.rows.len();
            for at_row in 0..asked {
                let id = rating.rows[at_row].0.clone();
                let Some(resource) = self.resource(&id, at) else { continue };
                for other in self.provided_by(account, resource.order, at) {
                    let known =
                        ids.contains(&other.id) || rating.rows.iter().any(|(row, _)| *row == other.id);
                    if !known && let Ok(lines) = self.lines_of_renewal(account, &other.id, term, at) {
                        rating.row(&other.id, lines);
                    }
                }
            }
        }
        rating.offers = self.offered(account, &rating.lines, at);
        rating
    }

    /// The lines of the order that would renew a main resource, or why it cannot be renewed, in the codes
    /// of price inquiries.
    fn lines_of_renewal(
        &self,
        account: usize,
        id: &str,
        term: (u8, u32),
        at: Millis,
    ) -> Result<Vec<Line>, (&'static str, &'static str)> {
        if !matches!(term, (2, 1..=11) | (3, 1..=3)) {
            return Err(("CBC.30050008", "The resource cannot be renewed for such a period."));
        }
        self.renewal_lines(account, id, term, at).map_err(|refusal| match refusal.code {
            "CBC.99003016" => ("CBC.30050009", "The resource does not exist or has been deleted."),
            "CBC.30010036" => ("CBC.30050007", "The resource is not a main resource."),
            "CBC.30010069" => ("CBC.30050008", "The resource cannot be renewed for such a period."),
            "CBC.99003100" => ("CBC.30050010", "The resource is in an unpaid order."),
            "CBC.99003144" => ("CBC.30050011", "The resource is being unsubscribed from or changed."),
            _ => ("CBC.30050013", "The resource cannot be renewed."),
        })
    }
}

impl Rating {
    fn row(&mut self, id: &str, lines: Vec<Line>) {
        let mut row = Vec::new();
        for line in lines {
            row.push(self.lines.len());
            // CloudPond is paid by the month.
            let mode = if line.service == CLOUDPOND { Instalments::Zero } else { Instalments::No };
            let (period_type, periods) = (line.period_type, line.periods.unwrap_or_default());
            self.plans.push(Plan::of(mode, period_type, periods).unwrap_or(Plan(None)));
            self.lines.push(line);
        }
        self.rows.push((id.to_owned(), row));
    }

    /// The list price of everything.
    pub(crate) fn official(&self) -> Fen {
        self.lines.iter().map(|line| line.official).sum()
    }

    /// The sum of the instalments of the lines that have some, of what `price` says that a line costs.
    pub(crate) fn instalments(&self, price: impl Fn(usize) -> Fen) -> Option<Fen> {
        let parts = self.plans.iter().enumerate().filter_map(|(at, plan)| plan.part(price(at)));
        parts.reduce(|sum, part| sum + part)
    }
}
