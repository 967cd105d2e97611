//! The copy of the packages of each account: what there is, in both languages, and what is left of each item.

mod store;

use std::{collections::HashMap, time::Duration};

use async_trait::async_trait;

use self::store::Known;
use super::{
    outlook,
    package::{English, Package},
};
use crate::{
    bss::{
        Listed,
        packages::{Package as Wire, PackageQuery},
    },
    i18n::Locale,
    readings::{Listing, Source, Written},
};

/// The name of the job, to wake it by.
pub const JOB: &str = "packages";
/// How long after a reading the next one begins.
const PERIOD: Duration = Duration::from_mins(10);
/// Items whose use is asked for at once; the documentation gives no maximum.
const ITEMS_AT_ONCE: usize = 50;

/// The packages of an account.
#[derive(Debug, Clone, Copy)]
pub struct Packages;

#[async_trait]
impl Listing for Packages {
    fn name(&self) -> &'static str {
        JOB
    }

    fn period(&self) -> Duration {
        PERIOD
    }

    async fn read(&self, from: &Source<'_>) -> anyhow::Result<Written> {
        let english = listed(from, Locale::En).await?;
        let english = English::of(english.iter().map(|listed| &listed.item));
        let mut packages: Vec<Package> = listed(from, Locale::Zh)
            .await?
            .iter()
            .map(|listed| Package::new(&listed.item, &english))
            .collect();
        self.use_of(from, &mut packages).await?;
        let known = Known::of(from.db, from.account).await?;
        let written = store::keep(from.db, from.account, &packages, &known, from.clock.now()).await?;
        outlook::reckon(from.db, from.account, from.clock.now()).await?;
        Ok(written)
    }
}

impl Packages {
    /// Asks what is left of every item.
    async fn use_of(self, from: &Source<'_>, packages: &mut [Package]) -> anyhow::Result<()> {
        let ids: Vec<String> =
            packages.iter().flat_map(|package| &package.items).map(|item| item.item_id.clone()).collect();
        let total = ids.len() as u64;
        let mut usages = HashMap::new();
        for some in ids.chunks(ITEMS_AT_ONCE) {
            from.advance(&self, usages.len() as u64, total).await;
            for usage in from.reader.package_usages(some, Locale::Zh).await? {
                usages.insert(usage.item.free_resource_id.clone(), usage.item);
            }
        }
        for item in packages.iter_mut().flat_map(|package| &mut package.items) {
            if let Some(usage) = usages.get(&item.item_id) {
                item.take(usage);
            }
        }
        Ok(())
    }
}

async fn listed(from: &Source<'_>, locale: Locale) -> Result<Vec<Listed<Wire>>, crate::bss::Error> {
    let mut packages = Vec::new();
    let mut pages = from.reader.pages((PackageQuery::default(), locale));
    while let Some(page) = pages.next().await {
        packages.extend(page?);
    }
    Ok(packages)
}
