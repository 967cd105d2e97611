//! The job that keeps the dictionary of units: read through whichever account answers, since it is the same for
//! all.

use std::{collections::HashMap, time::Duration};

use anyhow::Context as _;
use async_trait::async_trait;
use sqlx::PgPool;

use super::{Unit, store};
use crate::{
    bss::{Reader, products::Conversion},
    cloud_accounts::Readers,
    i18n::Locale,
    jobs::{Job, Run},
};

/// The name of the job, to wake it by.
pub const JOB: &str = "units";
/// How long after a reading the next one begins: Huawei adds a unit now and then.
const PERIOD: Duration = Duration::from_hours(24);

/// Reads the units of measure and their conversions, in both languages.
pub struct ReadUnits {
    db: PgPool,
    readers: Readers,
}

impl ReadUnits {
    /// Through one of these accounts into this database.
    pub fn new(db: PgPool, readers: &Readers) -> Self {
        Self { db, readers: readers.in_background() }
    }
}

#[async_trait]
impl Job for ReadUnits {
    fn name(&self) -> &'static str {
        JOB
    }

    fn period(&self) -> Duration {
        PERIOD
    }

    async fn run(&self, _: &Run) -> anyhow::Result<()> {
        let accounts = self.readers.all().iter();
        let mut failed = None;
        for reader in accounts.filter_map(|account| self.readers.get(account.id)) {
            match read(reader).await {
                Ok((units, conversions)) => {
                    let written = store::keep(&self.db, &units, &conversions).await?;
                    if written > 0 {
                        tracing::info!(written, "units of measure read");
                    }
                    return Ok(());
                }
                Err(error) => failed = Some(error),
            }
        }
        // Without an account in use there is nobody to ask, and nothing to measure.
        failed.map_or(Ok(()), |error| Err(error).context("no account could read the units of measure"))
    }
}

async fn read(reader: &Reader) -> anyhow::Result<(Vec<Unit>, Vec<Conversion>)> {
    let english = reader.measure_units(Locale::En).await?;
    let english: HashMap<i32, Option<String>> =
        english.into_iter().map(|unit| (unit.measure_id, unit.measure_name)).collect();
    let mut units = Vec::new();
    for unit in reader.measure_units(Locale::Zh).await? {
        let id = unit.measure_id;
        let zh = unit.measure_name.or(unit.abbreviation).unwrap_or_else(|| id.to_string());
        let en = english.get(&id).cloned().flatten().unwrap_or_else(|| zh.clone());
        let kind = unit.measure_type.map_or(0, crate::bss::codes::MeasureType::code);
        units.push(Unit { id, kind, zh, en });
    }
    anyhow::ensure!(!units.is_empty(), "BSS lists no units of measure");
    let mut conversions = reader.conversions(None, Locale::Zh).await?;
    conversions.retain(|row| row.conversion_ratio > 0);
    // Twice the same in one answer would be one too many for a statement.
    conversions.sort_by_key(|row| (row.measure_id, row.ref_measure_id));
    conversions.dedup_by_key(|row| (row.measure_id, row.ref_measure_id));
    units.sort_by_key(|unit| unit.id);
    units.dedup_by_key(|unit| unit.id);
    Ok((units, conversions))
}
