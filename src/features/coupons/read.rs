//! The readings of coupons, of what changed them, and of stored-value cards. Each is read whole but for the changes,
//! which are read month by month; nothing is written for what is as it was.

pub(super) mod store;

use std::{collections::HashMap, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Asia::Shanghai;
use uuid::Uuid;

use crate::{
    bss::{
        Listed,
        cards::{CardQuery, StoredValueCard},
        codes::{CardStatus, CouponStatus, CouponType, CouponVersion},
        coupons::{Coupon, CouponQuery},
        records::{CouponRecord, CouponRecordQuery, Days},
    },
    money::Money,
    readings::{Listing, Source, Written, digest, months::Part},
    search,
};

/// The name of the job that reads coupons.
pub const COUPONS: &str = "coupons";
/// The name of the job that reads what changed them.
pub const CHANGES: &str = "coupon-changes";
/// The name of the job that reads cards.
pub const CARDS: &str = "cards";
/// All of them.
pub const JOBS: [&str; 3] = [COUPONS, CHANGES, CARDS];
/// So many months of changes are kept: a coupon lives for a year, and Huawei tells of it for another.
const MONTHS: u32 = 24;

/// Coupons.
pub struct Coupons;

/// What changed coupons.
pub struct Changes;

/// Stored-value cards.
pub struct Cards;

/// A coupon as it is kept.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) wire: Coupon,
    pub(super) remaining: Option<Money>,
    pub(super) listed: String,
    pub(super) search: String,
    pub(super) digest: Uuid,
}

impl Kept {
    fn new(listed: &Listed<Coupon>) -> Self {
        let wire = listed.item.clone();
        let texts = [
            Some(&wire.coupon_id),
            wire.coupon_code.as_ref(),
            wire.plan_name.as_ref(),
            wire.lock_order_id.as_ref(),
            wire.order_id.as_ref(),
        ];
        Self {
            remaining: remaining(&wire),
            search: search::text(texts.into_iter().flatten().map(String::as_str)),
            digest: digest([listed.raw.get()]),
            listed: listed.raw.get().replace('\0', ""),
            wire,
        }
    }
}

/// What a coupon can still pay; none where it is no amount. One that is spent at once keeps no balance.
fn remaining(coupon: &Coupon) -> Option<Money> {
    if !matches!(coupon.coupon_type, CouponType::Voucher | CouponType::FlexiPurchase) {
        return None;
    }
    match (coupon.status, coupon.coupon_version) {
        (CouponStatus::Used | CouponStatus::Expired | CouponStatus::Reclaimed, _) => {
            Some(coupon.balance.unwrap_or_default())
        }
        (_, Some(CouponVersion::SingleUse)) => coupon.face_value,
        _ => coupon.balance.or(coupon.face_value),
    }
}

#[async_trait]
impl Listing for Coupons {
    fn name(&self) -> &'static str {
        COUPONS
    }

    fn period(&self) -> Duration {
        Duration::from_mins(2)
    }

    async fn read(&self, from: &Source<'_>) -> anyhow::Result<Written> {
        let mut pages = from.reader.pages(CouponQuery::default());
        let (mut written, mut met) = (Written::default(), Vec::new());
        while let Some(page) = pages.next().await {
            let coupons: Vec<Kept> = page?.iter().map(Kept::new).collect();
            met.extend(coupons.iter().map(|coupon| coupon.wire.coupon_id.clone()));
            written += store::put(from.db, from.account, &coupons).await?;
            from.advance(self, pages.given(), pages.total()).await;
        }
        written.gone = store::without(from.db, from.account, &met, from.clock.now()).await?;
        Ok(written)
    }
}

/// A change of a coupon as it is kept.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) record: CouponRecord,
    pub(super) traded_at: DateTime<Utc>,
    pub(super) digest: Uuid,
    /// Which of those that are alike.
    pub(super) nth: i32,
}

#[async_trait]
impl Listing for Changes {
    fn name(&self) -> &'static str {
        CHANGES
    }

    fn period(&self) -> Duration {
        Duration::from_mins(5)
    }

    async fn read(&self, from: &Source<'_>) -> anyhow::Result<Written> {
        let parts = from.parts(CHANGES, MONTHS).await?;
        let mut written = Written::default();
        for (done, part) in (0..).zip(&parts) {
            from.advance(self, done, parts.len() as u64).await;
            let begun = from.clock.now();
            written += changes(from, part).await?;
            from.has_read(CHANGES, part, begun).await?;
        }
        Ok(written)
    }
}

/// Reads some days. They are stored oldest first, so that ids rise with time.
async fn changes(from: &Source<'_>, part: &Part) -> anyhow::Result<Written> {
    let days = Some(Days { from: part.from, to: part.to });
    let mut pages = from.reader.pages(CouponRecordQuery { days, ..CouponRecordQuery::default() });
    let mut records = Vec::new();
    while let Some(page) = pages.next().await {
        records.extend(page?);
    }
    // A record that tells no time is under the first day that was asked for.
    let asked = Shanghai.from_local_datetime(&part.from.and_time(NaiveTime::MIN)).earliest();
    let asked = asked.map_or(DateTime::UNIX_EPOCH, |at| at.to_utc());
    let mut alike: HashMap<Uuid, i32> = HashMap::new();
    let change = |listed: &Listed<CouponRecord>| {
        let digest = digest([listed.raw.get()]);
        let nth = alike.entry(digest).and_modify(|nth| *nth += 1).or_default();
        let record = listed.item.clone();
        Change { traded_at: record.trade_time.unwrap_or(asked), record, digest, nth: *nth }
    };
    let changes: Vec<Change> = records.iter().rev().map(change).collect();
    Ok(store::put_changes(from.db, from.account, &changes).await?)
}

#[async_trait]
impl Listing for Cards {
    fn name(&self) -> &'static str {
        CARDS
    }

    fn period(&self) -> Duration {
        Duration::from_mins(5)
    }

    async fn read(&self, from: &Source<'_>) -> anyhow::Result<Written> {
        let mut cards: Vec<(StoredValueCard, CardStatus, Uuid)> = Vec::new();
        for status in CardStatus::ALL {
            let mut pages = from.reader.pages(CardQuery::of(*status));
            while let Some(page) = pages.next().await {
                for listed in page? {
                    let digest = digest([listed.raw.get()]);
                    cards.push((listed.item.clone(), listed.item.status.unwrap_or(*status), digest));
                }
            }
        }
        Ok(store::put_cards(from.db, from.account, &cards, from.clock.now()).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(json: &str) -> Option<String> {
        let coupon: Coupon = serde_json::from_str(json).expect("a coupon");
        remaining(&coupon).map(|left| left.to_string())
    }

    #[test]
    fn what_is_left_depends_on_how_a_coupon_is_spent() {
        for (json, expected) in [
            (
                r#"{"coupon_id":"a","status":2,"coupon_type":1,"face_value":100,"coupon_version":1}"#,
                Some("100.00"),
            ),
            (
                r#"{"coupon_id":"a","status":3,"coupon_type":1,"face_value":100,"coupon_version":1}"#,
                Some("0.00"),
            ),
            (
                r#"{"coupon_id":"a","status":2,"coupon_type":4,"face_value":100,"balance":7.5,"coupon_version":2}"#,
                Some("7.50"),
            ),
            (r#"{"coupon_id":"a","status":2,"coupon_type":2,"face_value":0.9,"coupon_version":1}"#, None),
            (r#"{"coupon_id":"a","status":2,"coupon_type":77,"face_value":5}"#, None),
        ] {
            assert_eq!(left(json).as_deref(), expected, "{json}");
        }
    }
}
