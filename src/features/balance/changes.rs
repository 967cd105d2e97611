//! The reading of income and expense (`list_customer_account_change_records`): of cash and of credit, which BSS lists
//! apart, month by month, the newest first. What was read is not read again but for the last days.

pub mod store;

use std::{cmp::Reverse, collections::BTreeSet, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Asia::Shanghai;
use uuid::Uuid;

use self::store::Word;
use crate::{
    bss::{
        Listed,
        codes::{AccountTrade, AccountType, BalanceType},
        records::{AccountRecord, AccountRecordQuery, Days},
    },
    money::Money,
    readings::{
        Listing, Source, Written, digest,
        months::{Part, month_of},
    },
    search,
};

/// The name of the job, to wake it by.
pub const JOB: &str = "account-changes";
/// So many months are kept.
const MONTHS: u32 = 36;
/// Records that are stored at once.
const AT_ONCE: usize = 1_000;

/// One of the two accounts of money whose changes BSS lists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purse {
    /// Cash.
    #[default]
    Cash,
    /// Credit.
    Credit,
}

impl Purse {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Cash, Self::Credit];

    /// Its code as a type of account, as the database has it.
    pub fn code(self) -> i16 {
        i16::try_from(self.account_type().code()).unwrap_or_default()
    }

    /// Its type of account.
    pub const fn account_type(self) -> AccountType {
        match self {
            Self::Cash => AccountType::Cash,
            Self::Credit => AccountType::Credit,
        }
    }

    const fn balance_type(self) -> BalanceType {
        match self {
            Self::Cash => BalanceType::Debit,
            Self::Credit => BalanceType::Credit,
        }
    }

    const fn records(self) -> &'static str {
        match self {
            Self::Cash => "account-changes/cash",
            Self::Credit => "account-changes/credit",
        }
    }
}

/// Income and expense.
pub struct Changes;

/// A record as it is kept.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) change_id: String,
    pub(crate) traded_at: DateTime<Utc>,
    pub(crate) record: AccountRecord,
    pub(crate) search: String,
    pub(crate) digest: Uuid,
}

impl Change {
    fn new(listed: &Listed<AccountRecord>, part: &Part) -> Self {
        let (record, digest) = (listed.item.clone(), digest([listed.raw.get()]));
        // A record that tells no time is under the first day that was asked for.
        let begins = Shanghai.from_local_datetime(&part.from.and_time(NaiveTime::MIN)).earliest();
        let asked = begins.map_or(DateTime::UNIX_EPOCH, |at| at.to_utc());
        let texts = [
            &record.trade_id,
            &record.payment_channel_no,
            &record.cloud_service_type_name,
            &record.resource_type_name,
            &record.account_name,
        ];
        Self {
            change_id: record.account_change_id.clone().unwrap_or_else(|| digest.to_string()),
            traded_at: record.trade_time.or(record.consume_time).unwrap_or(asked),
            search: search::text(texts.into_iter().flatten().map(String::as_str)),
            digest,
            record,
        }
    }

    /// The word for what happened, and whether it came or went.
    pub(crate) fn word(&self) -> Word {
        Word {
            detail: self.record.trade_detail_type.clone().unwrap_or_default(),
            direction: self.record.direction.as_ref().map(|way| way.code().to_owned()).unwrap_or_default(),
        }
    }

    pub(crate) fn amount(&self) -> Money {
        self.record.change_amount.unwrap_or_default()
    }

    pub(crate) fn month(&self) -> chrono::NaiveDate {
        month_of(self.traded_at)
    }
}

#[async_trait]
impl Listing for Changes {
    fn name(&self) -> &'static str {
        JOB
    }

    fn period(&self) -> Duration {
        Duration::from_mins(5)
    }

    async fn read(&self, from: &Source<'_>) -> anyhow::Result<Written> {
        let mut parts = Vec::new();
        for purse in Purse::ALL {
            parts.extend(from.parts(purse.records(), MONTHS).await?.into_iter().map(|part| (purse, part)));
        }
        parts.sort_by_key(|(purse, part)| (Reverse(part.month), *purse));
        let mut written = Written::default();
        for (done, (purse, part)) in (0..).zip(&parts) {
            from.advance(self, done, parts.len() as u64).await;
            let begun = from.clock.now();
            written += read(from, *purse, part).await?;
            from.has_read(purse.records(), part, begun).await?;
        }
        Ok(written)
    }
}

/// Reads some days of one account of money. They are stored oldest first, so that ids rise with time.
async fn read(from: &Source<'_>, purse: Purse, part: &Part) -> anyhow::Result<Written> {
    let mut changes = listed(from, purse, part, None).await?;
    changes.reverse();
    let mut written = Written::default();
    for some in changes.chunks(AT_ONCE) {
        written += store::put(from.db, from.account, purse, some).await?;
    }
    let met: BTreeSet<Word> = changes.iter().map(Change::word).collect();
    learn(from, (purse, part), store::unknown_words(from.db, met).await?).await?;
    Ok(written)
}

async fn listed(
    from: &Source<'_>,
    purse: Purse,
    part: &Part,
    trade: Option<AccountTrade>,
) -> Result<Vec<Change>, crate::bss::Error> {
    let days = Some(Days { from: part.from, to: part.to });
    let mut pages =
        from.reader.pages(AccountRecordQuery { trade, days, ..AccountRecordQuery::of(purse.balance_type()) });
    let mut changes = Vec::new();
    while let Some(page) = pages.next().await {
        changes.extend(page?.iter().map(|listed| Change::new(listed, part)));
    }
    Ok(changes)
}

/// Finds out which types of trade words belong to, by asking for the days on which they were met by each type. One
/// that is under none is not asked for again.
async fn learn(
    from: &Source<'_>,
    (purse, part): (Purse, &Part),
    mut unknown: BTreeSet<Word>,
) -> anyhow::Result<()> {
    for trade in AccountTrade::ALL {
        if unknown.is_empty() {
            return Ok(());
        }
        for change in listed(from, purse, part, Some(trade.clone())).await? {
            if let Some(word) = unknown.take(&change.word()) {
                store::put_word(from.db, &word, trade.code()).await?;
            }
        }
    }
    for word in unknown {
        store::put_word(from.db, &word, "").await?;
    }
    Ok(())
}
