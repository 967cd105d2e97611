//! Asks in the background what renewals will cost, so that the calendar never waits for Huawei. It stores only what it
//! was told.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rust_decimal::{Decimal, RoundingStrategy};
use sqlx::PgPool;

use super::store::{self, Quote, ToAsk};
use crate::{
    bss::{
        Reader, Term,
        prices::{RenewalInquiry, RenewalPrices},
    },
    cloud_accounts::Readers,
    identity::access::AccountId,
    jobs::{Job, Run},
    money::Money,
};

/// The name of the job.
pub const JOB: &str = "renewal-quotes";
/// How long after a run the next one begins.
const PERIOD: Duration = Duration::from_mins(2);
/// Resources of an account that are asked about in one run, so that people's own questions come through.
const A_RUN: i64 = 500;
/// Resources of one question.
const AT_ONCE: usize = 10;

/// Asks for the prices of renewals.
pub struct AskPrices {
    db: PgPool,
    readers: Readers,
}

impl AskPrices {
    /// For these accounts, into this database.
    pub fn new(db: PgPool, readers: &Readers) -> Self {
        Self { db, readers: readers.in_background() }
    }

    async fn account(&self, account: AccountId, reader: &Reader, now: DateTime<Utc>) -> anyhow::Result<()> {
        let mut by_term: BTreeMap<i32, Vec<ToAsk>> = BTreeMap::new();
        for one in store::to_ask(&self.db, account, now, A_RUN).await? {
            by_term.entry(in_months(term_of(one.months))).or_default().push(one);
        }
        for (months, wanted) in by_term {
            for some in wanted.chunks(AT_ONCE) {
                let ids = some.iter().map(|one| one.resource_id.clone()).collect();
                let inquiry = RenewalInquiry::new(ids, term_of(months), false)?;
                let quotes = match reader.renewal_prices(&inquiry).await {
                    Ok(prices) => quotes(some, months, &prices),
                    // Refused as a whole: that is kept, so that the next run asks about others.
                    Err(error) if error.kind == crate::bss::Kind::Refused => {
                        let code = error.code.clone().unwrap_or_default();
                        some.iter().map(|one| unpriced(one, months, code.clone())).collect()
                    }
                    Err(error) => return Err(error.into()),
                };
                store::keep(&self.db, account, &quotes, now).await?;
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Job for AskPrices {
    fn name(&self) -> &'static str {
        JOB
    }

    fn period(&self) -> Duration {
        PERIOD
    }

    /// One account that cannot be read does not keep the others back.
    async fn run(&self, run: &Run) -> anyhow::Result<()> {
        let mut failed = Vec::new();
        for account in self.readers.all() {
            let Some(reader) = self.readers.get(account.id) else { continue };
            if let Err(error) = self.account(account.id, reader, run.clock.now()).await {
                failed.push(format!("{}: {error:#}", account.name));
            }
        }
        anyhow::ensure!(failed.is_empty(), "{}", failed.join("; "));
        Ok(())
    }
}

/// The longest term of BSS's that is not longer than so many months.
fn term_of(months: i32) -> Term {
    match months {
        ..=1 => Term::Months(1),
        2..=11 => Term::Months(u8::try_from(months).unwrap_or(1)),
        12..=23 => Term::Years(1),
        24..=35 => Term::Years(2),
        _ => Term::Years(3),
    }
}

fn in_months(term: Term) -> i32 {
    match term {
        Term::Months(months) => months.into(),
        Term::Years(years) => i32::from(years) * 12,
    }
}

fn unpriced(one: &ToAsk, months: i32, code: String) -> Quote {
    Quote {
        resource_id: one.resource_id.clone(),
        months: i16::try_from(months).unwrap_or(1),
        last_paid: paid_for(one, months),
        official: None,
        payable: None,
        error_code: Some(code),
    }
}

/// What was paid last, if it was for the term that is asked about.
fn paid_for(one: &ToAsk, months: i32) -> Option<Decimal> {
    one.last_paid.filter(|_| one.months == months)
}

/// Each resource's part of the answer. The rows are list prices; the best discount is told for all of them
/// together, so each gets its part of it, to the fen, the last what is left over.
fn quotes(asked: &[ToAsk], months: i32, prices: &RenewalPrices) -> Vec<Quote> {
    let listed: Decimal = prices.resources.iter().filter_map(|row| row.amount).map(Money::decimal).sum();
    let asks = prices.best().and_then(|best| best.amount).map_or(listed, Money::decimal);
    let mut left = asks;
    let rows = prices.resources.iter().filter(|row| row.amount.is_some()).count();
    let mut shares: BTreeMap<&str, (Decimal, Decimal)> = BTreeMap::new();
    for (at, row) in prices.resources.iter().filter(|row| row.amount.is_some()).enumerate() {
        let official = row.amount.unwrap_or_default().decimal();
        let share = if at + 1 == rows || listed.is_zero() {
            left
        } else {
            (official * asks / listed).round_dp_with_strategy(2, RoundingStrategy::MidpointNearestEven)
        };
        left -= share;
        shares.insert(row.resource_id.as_str(), (official, share));
    }
    asked
        .iter()
        .map(|one| {
            if let Some((official, payable)) = shares.get(one.resource_id.as_str()) {
                return Quote {
                    official: Some(*official),
                    payable: Some(*payable),
                    error_code: None,
                    ..unpriced(one, months, String::new())
                };
            }
            let why = prices
                .failed
                .iter()
                .find(|failed| failed.resource_id.as_ref() == Some(&one.resource_id))
                .and_then(|failed| failed.error_code.clone());
            unpriced(one, months, why.unwrap_or_default())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(id: &str, months: i32) -> ToAsk {
        ToAsk { resource_id: id.to_owned(), months, last_paid: Some(Decimal::from(90)) }
    }

    #[test]
    fn a_discount_for_all_is_shared_out_to_the_fen() {
        let prices: RenewalPrices = serde_json::from_str(
            r#"{"renew_inquiry_results": [{"resource_id": "a", "amount": "100"}, {"resource_id": "b", "amount": "100"},
                 {"resource_id": "c", "amount": "100"}],
                "optional_discount_rating_results": [{"amount": "200", "best_offer": 1}],
                "fail_resource_infos": [{"resource_id": "d", "error_code": "30050010"}]}"#,
        )
        .expect("an answer");
        let rows = [asked("a", 1), asked("b", 1), asked("c", 2), asked("d", 1)];
        let quotes = quotes(&rows, 1, &prices);
        let payable: Vec<Option<String>> =
            quotes.iter().map(|quote| quote.payable.map(|amount| amount.to_string())).collect();
        assert_eq!(payable, [Some("66.67".into()), Some("66.67".into()), Some("66.66".into()), None]);
        assert_eq!(quotes[3].error_code.as_deref(), Some("30050010"));
        assert_eq!((quotes[0].last_paid, quotes[2].last_paid), (Some(Decimal::from(90)), None));
    }

    #[test]
    fn a_term_that_bss_does_not_know_becomes_the_next_shorter_one() {
        for (months, term) in [
            (0, Term::Months(1)),
            (6, Term::Months(6)),
            (12, Term::Years(1)),
            (18, Term::Years(1)),
            (40, Term::Years(3)),
        ] {
            assert_eq!(term_of(months), term);
        }
    }
}
