//! Which fees are meant, and how they are put together: into charges, or into rows of a cycle.

use std::{collections::HashMap, sync::Arc};

use chrono::NaiveDate;

use super::{Digits, Fee, Month, Parts, Source, pay_status};
use crate::simulator::world::{
    Account, World, shape,
    times::{Millis, beijing_day},
};

/// Whose bills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    Oneself,
    Member(usize),
    /// A member without an account here, so that nothing is billed of it.
    Stranger,
    All,
}

/// Which fees are wanted. What is `None` filters nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) service: Option<String>,
    pub(crate) resource_type: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) mode: Option<i64>,
    pub(crate) bill_type: Option<i64>,
    pub(crate) provider: Option<i64>,
    /// An order or a transaction.
    pub(crate) trade: Option<String>,
    pub(crate) resource: Option<String>,
    pub(crate) resource_name: Option<String>,
    /// As fees name it: `null` for none.
    pub(crate) project: Option<String>,
    pub(crate) payer: Option<String>,
    pub(crate) status: Option<i64>,
    pub(crate) days: Option<(NaiveDate, NaiveDate)>,
    /// False hides what costs nothing.
    pub(crate) zero: Option<bool>,
    /// The moment whose facts are told.
    pub(crate) at: Millis,
    /// How long after its charge a fee is told here.
    pub(crate) late: Millis,
}

/// Fees that are told as one.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Positions among the fees of the month; the first one says what it is.
    pub(crate) fees: Vec<usize>,
}

/// The project of a fee as bills write it: `null` for none.
pub(crate) fn project_of<'w>(fee: &Fee, owner: &'w Account) -> (&'w str, &'w str) {
    match fee.project.and_then(|project| owner.projects.get(project)) {
        Some(project) => (&project.id, &project.name),
        None => ("null", ""),
    }
}

impl Row {
    /// The fee that says what it is.
    pub(crate) fn first<'f>(&self, fees: &'f [Fee]) -> &'f Fee {
        &fees[self.fees[0]]
    }

    /// The sum of its amounts.
    pub(crate) fn parts(&self, world: &World, fees: &[Fee], digits: Digits, at: Millis) -> Parts {
        let parts = self.fees.iter().map(|fee| fees[*fee].parts(digits, at, &world.settings));
        parts.fold(Parts::default(), |sum, parts| sum.plus(&parts))
    }
}

impl World {
    /// The accounts of a scope, as seen by one of them: a master sees the members that it pays for.
    pub(crate) fn in_scope(&self, caller: usize, scope: &Scope) -> Vec<usize> {
        match scope {
            Scope::Oneself => vec![caller],
            Scope::Member(member) => vec![*member],
            Scope::Stranger => Vec::new(),
            Scope::All => {
                let members =
                    (0..self.accounts.len()).filter(|at| self.accounts[*at].custodian == Some(caller));
                std::iter::once(caller).chain(members).collect()
            }
        }
    }

    /// The fees of a month of some accounts, one account after the other.
    pub(crate) fn fees_of(&mut self, accounts: &[usize], month: Month) -> Arc<Vec<Fee>> {
        self.together(accounts, |world, account| world.fees(account, month))
    }

    /// What some accounts' fees cost from a month to another one, as billed or as spread over their days.
    pub(crate) fn costs_of(
        &mut self,
        accounts: &[usize],
        (from, to): (Month, Month),
        spread: bool,
    ) -> Arc<Vec<Fee>> {
        self.together(accounts, |world, account| {
            if spread { world.fees_for_days(account, from, to) } else { world.fees_for(account, from, to) }
        })
    }

    fn together(
        &mut self,
        accounts: &[usize],
        fees: impl Fn(&mut Self, usize) -> Arc<Vec<Fee>>,
    ) -> Arc<Vec<Fee>> {
        if let [account] = accounts {
            return fees(self, *account);
        }
        let each: Vec<_> = accounts.iter().map(|account| fees(self, *account)).collect();
        Arc::new(each.iter().flat_map(|fees| fees.iter().cloned()).collect())
    }

    /// Positions of the fees that are wanted.
    pub(crate) fn wanted(&self, fees: &[Fee], wanted: &Wanted) -> Vec<usize> {
        let trade = wanted.trade.as_deref().map(|id| (self.find(id), id));
        let resource = wanted.resource.as_deref().map(|id| (shape::resource_place(self.seed, id), id));
        let metered: HashMap<usize, Vec<String>> = match &resource {
            Some((None, _)) => (0..self.accounts.len())
                .map(|account| (account, self.metered(account).into_iter().map(|m| m.id).collect()))
                .collect(),
            _ => HashMap::new(),
        };
        let matches = |fee: &Fee| {
            let owner = &self.accounts[fee.account];
            let same = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|w| w == value);
            let code = |wanted: Option<i64>, value: u8| wanted.is_none_or(|w| w == i64::from(value));
            let day = beijing_day(fee.at);
            fee.seen + wanted.late <= wanted.at
                && same(&wanted.service, fee.service)
                && same(&wanted.resource_type, fee.resource_type)
                && same(&wanted.region, fee.region)
                && code(wanted.mode, fee.mode)
                && code(wanted.bill_type, fee.bill_type)
                && code(wanted.provider, fee.provider)
                && code(wanted.status, self.pay_status(fee, wanted.at))
                && same(&wanted.project, project_of(fee, owner).0)
                && same(&wanted.payer, &self.accounts[self.payer(fee.account)].domain_id)
                && wanted.days.is_none_or(|(from, to)| (from..=to).contains(&day))
                && trade.as_ref().is_none_or(|(place, id)| match (place, fee.source) {
                    (Some(place), Source::Line { order, .. }) => {
                        place.account == fee.account && place.index == order && place.sub == 0
                    }
                    (None, Source::Meter(_)) => self.trade_id(fee) == *id,
                    _ => false,
                })
                && resource.as_ref().is_none_or(|(place, id)| match (place, fee.source) {
                    (Some((account, index, at)), Source::Line { purchase, of_purchase, .. }) => {
                        (*account, *index, *at) == (fee.account, purchase, usize::from(of_purchase))
                    }
                    (None, Source::Meter(at)) => {
                        let ids = metered.get(&fee.account);
                        ids.and_then(|ids| ids.get(usize::from(at))).is_some_and(|known| known == id)
                    }
                    _ => false,
                })
                && wanted.resource_name.as_deref().is_none_or(|name| self.resource_name(fee) == name)
        };
        (0..fees.len()).filter(|at| matches(&fees[*at])).collect()
    }

    /// Whether a charge is paid at a moment.
    pub(crate) fn pay_status(&self, fee: &Fee, at: Millis) -> u8 {
        if fee.is_settled(at, &self.settings) { pay_status::PAID } else { pay_status::NOT_YET_BILLED }
    }

    /// Charges: what an order takes for a service at once, or a day of a meter.
    pub(crate) fn charges(&self, fees: &[Fee], wanted: &Wanted) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for at in self.wanted(fees, wanted) {
            let fee = &fees[at];
            let fits = rows.last().is_some_and(|row| match (row.first(fees).source, fee.source) {
                (Source::Line { order, .. }, Source::Line { order: same, .. }) => {
                    let first = row.first(fees);
                    order == same && first.account == fee.account && first.service == fee.service
                }
                _ => false,
            });
            match rows.last_mut() {
                Some(row) if fits => row.fees.push(at),
                _ => rows.push(Row { fees: vec![at] }),
            }
        }
        self.without_nothing(rows, fees, wanted, Digits::Charged)
    }

    /// Rows of resources: one for each fee, or what a meter used in the whole cycle as one.
    pub(crate) fn resource_rows(&self, fees: &[Fee], wanted: &Wanted, per_cycle: bool) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        let mut meters: HashMap<(usize, u16), usize> = HashMap::new();
        for at in self.wanted(fees, wanted) {
            let place = match fees[at].source {
                Source::Meter(meter) if per_cycle => {
                    *meters.entry((fees[at].account, meter)).or_insert(rows.len())
                }
                _ => rows.len(),
            };
            match rows.get_mut(place) {
                Some(row) => row.fees.push(at),
                None => rows.push(Row { fees: vec![at] }),
            }
        }
        self.without_nothing(rows, fees, wanted, Digits::Exact)
    }

    fn without_nothing(&self, mut rows: Vec<Row>, fees: &[Fee], wanted: &Wanted, digits: Digits) -> Vec<Row> {
        if wanted.zero == Some(false) {
            rows.retain(|row| row.parts(self, fees, digits, wanted.at).payable() != 0);
        }
        rows
    }
}
