//! What the portal keeps of a package and of its items, made from what BSS answers in both languages. It knows
//! no database.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    bss::{
        codes::{PackageSource, PackageStatus, ProjectScope, QuotaCycle, QuotaCycleStart, QuotaReuse},
        packages::{ItemUsage, Package as Wire, PackageItem},
    },
    search,
};

/// A package.
#[derive(Debug, Clone, Serialize)]
pub struct Package {
    /// Huawei's id.
    pub order_instance_id: String,
    /// The order that bought it; empty for a gift.
    pub order_id: String,
    /// The product.
    pub product_id: String,
    /// What it is called in Chinese.
    pub product_zh: String,
    /// What it is called in English.
    pub product_en: String,
    /// The enterprise project.
    pub project_id: String,
    /// Whether it is for that project alone.
    pub one_project: bool,
    /// From when it can be used.
    pub effective_at: Option<DateTime<Utc>>,
    /// Until when.
    pub expires_at: Option<DateTime<Utc>>,
    /// BSS's code of where it is in its life.
    pub status: i16,
    /// BSS's code of where it comes from.
    pub source: Option<i16>,
    /// BSS's code of whether its quota comes back.
    pub reuse: Option<i16>,
    /// The service.
    pub service_type_code: String,
    /// Its name in Chinese.
    pub service_zh: String,
    /// Its name in English.
    pub service_en: String,
    /// The region in which it can be used.
    pub region_code: String,
    /// What is in it.
    #[serde(skip)]
    pub items: Vec<Item>,
}

/// What a package holds of one type of usage.
#[derive(Debug, Clone, Serialize)]
pub struct Item {
    /// Huawei's id.
    pub item_id: String,
    /// Its place in the package.
    pub nth: i16,
    /// The type of usage in Chinese.
    pub usage_zh: String,
    /// The type of usage in English.
    pub usage_en: String,
    /// What is left in the current cycle.
    pub left: Option<Decimal>,
    /// What there was at its beginning.
    pub quota: Option<Decimal>,
    /// The unit of both.
    pub measure: Option<i32>,
    /// BSS's code of how often the quota comes back.
    pub cycle: Option<i16>,
    /// BSS's code of from when cycles are counted.
    pub cycle_start: Option<i16>,
    /// When the current cycle began.
    pub window_from: Option<DateTime<Utc>>,
    /// When it ends.
    pub window_until: Option<DateTime<Utc>>,
}

/// Names in the other language: of packages by their id, of items by theirs.
#[derive(Debug, Default)]
pub struct English {
    /// The product and the service.
    packages: HashMap<String, (String, String)>,
    items: HashMap<String, String>,
}

impl English {
    /// The names of what was answered in English.
    pub fn of<'a>(packages: impl Iterator<Item = &'a Wire>) -> Self {
        let mut names = Self::default();
        for package in packages {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let of_it = (text(&package.product_name), text(&package.service_type_name));
            names.packages.insert(package.order_instance_id.clone(), of_it);
            for item in &package.items {
                names.items.insert(item.free_resource_id.clone(), text(&item.usage_type_name));
            }
        }
        names
    }
}

impl Package {
    /// What was answered in Chinese, with the English names.
    pub fn new(wire: &Wire, english: &English) -> Self {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let known = english.packages.get(&wire.order_instance_id);
        let product_zh = wire.product_name.clone().unwrap_or_else(|| text(&wire.product_id));
        let service_zh = wire.service_type_name.clone().unwrap_or_else(|| text(&wire.service_type_code));
        let items = (0..).zip(&wire.items).map(|(nth, item)| Item::new(nth, item, english)).collect();
        Self {
            order_instance_id: wire.order_instance_id.clone(),
            order_id: text(&wire.order_id),
            product_id: text(&wire.product_id),
            product_en: or(known.map(|names| &names.0), &product_zh),
            product_zh,
            project_id: text(&wire.enterprise_project_id),
            one_project: wire.enterprise_project_scope == Some(ProjectScope::One),
            effective_at: wire.effective_time,
            expires_at: wire.expire_time,
            status: narrow(wire.status.map_or(-1, PackageStatus::code)),
            source: wire.source_type.map(|source| narrow(PackageSource::code(source))),
            reuse: wire.quota_reuse_mode.map(|reuse| narrow(QuotaReuse::code(reuse))),
            service_type_code: text(&wire.service_type_code),
            service_en: or(known.map(|names| &names.1), &service_zh),
            service_zh,
            region_code: text(&wire.region_code),
            items,
        }
    }

    /// The digest that tells whether anything but its items changed.
    pub fn digest(&self) -> Uuid {
        digest(self)
    }

    /// What text search looks into.
    pub fn search_text(&self) -> String {
        let usages = self.items.iter().flat_map(|item| [item.usage_zh.as_str(), &item.usage_en]);
        let own = [self.order_instance_id.as_str(), &self.order_id, &self.product_zh, &self.product_en];
        let more = [self.service_zh.as_str(), &self.service_en, &self.project_id, &self.region_code];
        search::text(own.into_iter().chain(more).chain(usages))
    }
}

impl Item {
    fn new(nth: i16, wire: &PackageItem, english: &English) -> Self {
        let usage_zh = wire.usage_type_name.clone().unwrap_or_default();
        Self {
            item_id: wire.free_resource_id.clone(),
            nth,
            usage_en: or(english.items.get(&wire.free_resource_id), &usage_zh),
            usage_zh,
            left: wire.amount,
            quota: wire.original_amount,
            measure: wire.measure_id,
            cycle: None,
            cycle_start: None,
            window_from: None,
            window_until: None,
        }
    }

    /// Takes over what the query of its use says, which is younger.
    pub fn take(&mut self, usage: &ItemUsage) {
        self.left = usage.amount.or(self.left);
        self.quota = usage.original_amount.or(self.quota);
        self.measure = usage.measure_id.or(self.measure);
        self.cycle = usage.quota_reuse_cycle.map(|cycle| narrow(QuotaCycle::code(cycle)));
        self.cycle_start = usage.quota_reuse_cycle_type.map(|start| narrow(QuotaCycleStart::code(start)));
        self.window_from = usage.start_time;
        self.window_until = usage.end_time;
    }

    /// The digest that tells whether anything changed.
    pub fn digest(&self) -> Uuid {
        digest(self)
    }
}

/// A name, or the other one where it is missing.
fn or(name: Option<&String>, other: &str) -> String {
    name.filter(|name| !name.is_empty()).map_or_else(|| other.to_owned(), Clone::clone)
}

/// Codes are small; one that is not small would be nothing documented, and shows as the largest.
fn narrow(code: i32) -> i16 {
    code.try_into().unwrap_or(i16::MAX)
}

fn digest(of: &impl Serialize) -> Uuid {
    short(serde_json::to_vec(of).unwrap_or_default())
}

/// A digest of bytes.
pub fn short(bytes: impl AsRef<[u8]>) -> Uuid {
    let mut half = [0; 16];
    half.copy_from_slice(&Sha256::digest(bytes)[..16]);
    Uuid::from_bytes(half)
}
