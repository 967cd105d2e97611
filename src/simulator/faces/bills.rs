//! Bills: the sum of a month, single charges, and what each resource cost. Here is how all of them read whose
//! bills of when are asked for, and how they write amounts.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{Call, Exact, Operation, Query, wrong};
use crate::simulator::world::{
    Refusal, World,
    bills::{Atom, Scope, Usage, Wanted, bill_type, mode},
    days::parse_day,
    months::Month,
    refuse,
    times::Millis,
};

mod charges;
mod details;
mod resources;
mod summary;

pub(super) use details::OPERATING_ENTITY;
pub(super) use resources::tags;

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        id: "show_customer_monthly_sum",
        method: "GET",
        path: "/v2/bills/customer-bills/monthly-sum",
        rate: 10,
        answer: summary::show,
    },
    Operation {
        id: "list_customer_bills_fee_records",
        method: "GET",
        path: "/v2/bills/customer-bills/fee-records",
        rate: 10,
        answer: charges::list,
    },
    Operation {
        id: "list_customerself_resource_records",
        method: "GET",
        path: "/v2/bills/customer-bills/res-fee-records",
        rate: 10,
        answer: resources::list,
    },
    Operation {
        id: "list_customerself_resource_record_details",
        method: "POST",
        path: "/v2/bills/customer-bills/res-records/query",
        rate: 10,
        answer: details::list,
    },
];

/// The most rows of a page.
pub(super) const ROWS: i64 = 1_000;

/// An amount as a JSON number with every digit.
pub(super) fn amount(atoms: Atom) -> Exact {
    Exact(Decimal::new(atoms, 8))
}

impl Query {
    /// The members of a JSON body that are texts, numbers or truth values, as if they were parameters;
    /// `null` is not there.
    pub(super) fn of_body(body: &[u8]) -> Result<Self, Refusal> {
        let members: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(body).map_err(|_| wrong("body"))?;
        let text = |(name, value)| match value {
            serde_json::Value::Null => None,
            serde_json::Value::String(text) => Some((name, text)),
            other => Some((name, other.to_string())),
        };
        Ok(Self(members.into_iter().filter_map(text).collect()))
    }

    /// A text; an empty one is like none.
    pub(super) fn given(&self, name: &str) -> Option<String> {
        self.text(name).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// A text; an empty one is looked for like any other.
    pub(super) fn exactly(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// One of some codes; an empty one is like none.
    pub(super) fn code(&self, name: &str, known: &[i64]) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.given(name) else { return Ok(None) };
        let code = text.parse().ok().filter(|code| known.contains(code));
        code.map(Some).ok_or_else(|| wrong(name))
    }

    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.given(name).as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(wrong(name)),
        }
    }

    /// A mandatory month, not older than bills are kept.
    pub(super) fn month(&self, name: &str, months: u8, at: Millis) -> Result<Month, Refusal> {
        let month = Month::parse(self.required(name)?).ok_or_else(|| wrong(name))?;
        let age = month.until(Month::of(at));
        if age > i32::from(months) { Err(wrong(name)) } else { Ok(month) }
    }

    /// Two days of a month, which count only together.
    pub(super) fn days(
        &self,
        (begin, end): (&str, &str),
        month: Month,
    ) -> Result<Option<(NaiveDate, NaiveDate)>, Refusal> {
        let (Some(from), Some(to)) = (self.given(begin), self.given(end)) else { return Ok(None) };
        let (from, to) =
            (parse_day(&from).ok_or_else(|| wrong(begin))?, parse_day(&to).ok_or_else(|| wrong(end))?);
        let inside = |day| Month::of_day(day) == month;
        match (inside(from), inside(to) && from <= to) {
            (true, true) => Ok(Some((from, to))),
            (true, false) => Err(wrong(end)),
            (false, _) => Err(wrong(begin)),
        }
    }
}

/// Whose bills a call is about: the accounts' positions.
pub(super) fn accounts(world: &World, call: &Call<'_>, query: &Query) -> Result<Vec<usize>, Refusal> {
    let scope = match query.given("method").as_deref() {
        None | Some("all") => Scope::All,
        Some("oneself") => Scope::Oneself,
        Some("sub_customer") => {
            let id = query
                .given("sub_customer_id")
                .ok_or_else(|| refuse("CBC.0101", "The parameter sub_customer_id is mandatory."))?;
            let account = world.accounts.iter().position(|account| account.domain_id == id);
            let own = |member: &usize| world.accounts[*member].custodian == Some(call.account);
            let known = call.account == world.enterprise.master
                && world.enterprise.members.iter().any(|m| m.id == id && m.created <= call.as_of);
            match account.filter(own) {
                Some(member) => Scope::Member(member),
                None if known && account.is_none() => Scope::Stranger,
                None => return Err(wrong("sub_customer_id")),
            }
        }
        Some(_) => return Err(wrong("method")),
    };
    Ok(world.in_scope(call.account, &scope))
}

/// Filters that bills have in common.
pub(super) fn wanted(query: &Query, mode_name: &str, at: Millis, late: Millis) -> Result<Wanted, Refusal> {
    Ok(Wanted {
        mode: query.code(mode_name, &mode::ALL)?,
        bill_type: query.code("bill_type", &bill_type::ALL)?,
        zero: query.flag("include_zero_record")?,
        project: query.given("enterprise_project_id"),
        at,
        late,
        ..Wanted::default()
    })
}

/// Millionths of a unit of use.
pub(super) fn quantity(millionths: i64) -> Exact {
    Exact(Decimal::new(millionths, 6))
}

/// The sum of what was used in several fees.
pub(super) fn sum_of_use(uses: impl Iterator<Item = Usage>) -> Option<Usage> {
    uses.reduce(|mut sum, usage| {
        sum.used.all += usage.used.all;
        sum.used.free += usage.used.free;
        sum.used.reserved += usage.used.reserved;
        sum
    })
}
