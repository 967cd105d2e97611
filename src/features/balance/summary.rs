//! What the overview tells about balances: what the accounts of a scope have together, and owe. It shows nothing.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::{
    amounts,
    store::{self, Entry},
};
use crate::{
    bss::codes::AccountType,
    identity::access::{AccountId, Scope},
    money::Money,
    readings::Standing,
    state::App,
};

/// What there is, by kind of account of money.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Funds {
    /// Cash.
    pub cash: Money,
    /// The part of it that may be used for one purpose only.
    pub earmarked: Money,
    /// What is left of credit, and the whole line, where there is credit.
    pub credit: Option<(Money, Money)>,
    /// What is owed.
    pub debt: Money,
}

impl Funds {
    pub(super) fn of(entries: &[Entry], debts: &[(AccountId, Decimal)]) -> Self {
        let mut funds =
            Self { debt: debts.iter().map(|(_, debt)| Money::new(*debt)).sum(), ..Self::default() };
        for entry in entries {
            match AccountType::from_code(entry.account_type.into()) {
                AccountType::Cash => {
                    funds.cash += entry.amount();
                    funds.earmarked += entry.earmarked().unwrap_or_default();
                }
                AccountType::Credit => {
                    let (left, line) = funds.credit.unwrap_or_default();
                    funds.credit = Some((left + entry.amount(), line + entry.line().unwrap_or_default()));
                }
                _ => {}
            }
        }
        funds
    }
}

impl Entry {
    pub(super) fn amount(&self) -> Money {
        Money::new(self.amount)
    }

    pub(super) fn earmarked(&self) -> Option<Money> {
        self.earmarked.filter(|part| !part.is_zero()).map(Money::new)
    }

    pub(super) fn line(&self) -> Option<Money> {
        self.credit_line.map(Money::new)
    }

    /// What of the credit is used.
    pub(super) fn used(&self) -> Option<Money> {
        self.line().map(|line| line - self.amount())
    }
}

/// What there is in a scope, and how far its reading is.
#[derive(Debug)]
pub struct Summary {
    /// What there is.
    pub funds: Funds,
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
    let standing = Standing::of(&app.db, scope, &[amounts::JOB]).await?;
    let funds = Funds::of(&store::entries(&app.db, scope).await?, &store::debts(&app.db, scope).await?);
    Ok(Summary { funds, is_fresh: standing.is_fresh(now, app.settings.max_data_age), standing })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cash_is_found_by_its_type_and_not_by_its_place() {
        let account = AccountId(uuid::Uuid::from_u128(1));
        let entry = |account_type, amount: i64, part: i64, line: Option<i64>| Entry {
            account,
            account_type,
            amount: amount.into(),
            earmarked: Some(part.into()),
            credit_line: line.map(Decimal::from),
        };
        let entries =
            [entry(5, 9, 0, None), entry(2, 80, 0, Some(100)), entry(1, 7, 2, None), entry(1, 3, 0, None)];
        let yuan = |yuan: i64| Money::from_fen(yuan * 100);
        let funds = Funds::of(&entries, &[(account, 4.into())]);
        assert_eq!(
            funds,
            Funds { cash: yuan(10), earmarked: yuan(2), credit: Some((yuan(80), yuan(100))), debt: yuan(4) }
        );
        assert_eq!(entries[1].used(), Some(yuan(20)));
    }
}
