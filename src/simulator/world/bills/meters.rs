//! Pay-per-use resources and what they use each day, by the dice of the seed: the same day of the same
//! resource is always the same. What the account's packages pay of it is left out of the price.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};

use super::{Atom, Fee, Month, Parts, Source, bill_type, mode};
use crate::simulator::world::{
    Kind, World,
    days::{day_begins, day_ends, day_number},
    dice::{Dice, mix},
    packages::{USAGES, package_user_id},
    services::REGIONS,
    times::{DAY, HOUR, Millis, beijing_day},
};

/// A kind of pay-per-use resource, in the two languages of the wire.
pub(super) struct Meter {
    pub(super) service: &'static str,
    pub(super) service_names: [&'static str; 2],
    pub(super) resource_type: &'static str,
    pub(super) resource_names: [&'static str; 2],
    pub(super) spec: [&'static str; 2],
    pub(super) sku: &'static str,
    pub(super) usage_type: &'static str,
    /// The unit of what is used.
    pub(super) measure: u8,
    /// What one unit costs, and of what is sold by its size, one unit of one unit of size.
    pub(super) price: Atom,
    pub(super) unit: [&'static str; 2],
    /// Size with its unit.
    pub(super) size: Option<(u32, u8)>,
    /// Least and most that is used in a day, in units; `step` micro-units apart.
    range: (u64, u64),
    step: u64,
    /// The usage that packages pay a part of, which the account's packages know.
    packaged: Option<&'static str>,
    pub(super) mode: u8,
    pub(super) provider: u8,
    /// Whether its service knows enterprise projects.
    has_projects: bool,
    pub(super) spot: bool,
    /// The part of a whole that it is billed as: service with names, type with names.
    pub(super) part: Option<[&'static str; 6]>,
    /// Account kinds that have some, and how many: master, ordinary, member.
    owners: [u8; 3],
}

const PLAIN: Meter = Meter {
    service: "hws.service.type.ec2",
    service_names: ["弹性云服务器", "Elastic Cloud Server"],
    resource_type: "hws.resource.type.vm",
    resource_names: ["云主机", "ECS instance"],
    spec: ["通用计算增强型|c7.large.2|2核|4GB|linux", "General computing-plus|c7.large.2|2 vCPUs|4 GB|linux"],
    sku: "c7.large.2.linux",
    usage_type: "Duration",
    measure: 4,
    price: 48_750_000,
    unit: ["元/小时", "yuan/hour"],
    size: None,
    range: (9, 24),
    step: 100,
    packaged: None,
    mode: mode::METERED,
    provider: 1,
    has_projects: true,
    spot: false,
    part: None,
    owners: [2, 1, 1],
};

/// Every kind of them. Prices have so few decimals that amounts have at most eight.
pub(super) static METERS: [Meter; 12] = [
    PLAIN,
    Meter {
        spec: ["通用计算型|s7.medium.2|1核|2GB|linux", "General computing|s7.medium.2|1 vCPU|2 GB|linux"],
        sku: "s7.medium.2.linux",
        price: 12_340_000,
        spot: true,
        owners: [1, 0, 0],
        ..PLAIN
    },
    Meter {
        spec: ["通用计算增强型|c7.xlarge.2|预留实例", "General computing-plus|c7.xlarge.2|reserved instance"],
        sku: "c7.xlarge.2.linux",
        price: 62_000_000,
        range: (24, 24),
        mode: mode::RESERVED,
        owners: [1, 0, 0],
        ..PLAIN
    },
    Meter {
        service: "hws.service.type.ebs",
        service_names: ["云硬盘", "Elastic Volume Service"],
        resource_type: "hws.resource.type.volume",
        resource_names: ["云硬盘", "EVS disk"],
        spec: ["通用型SSD", "General Purpose SSD"],
        sku: "GPSSD",
        price: 97_222,
        unit: ["元/GB/小时", "yuan/GB/hour"],
        size: Some((100, 17)),
        range: (24, 24),
        step: 1_000_000,
        owners: [2, 1, 1],
        ..PLAIN
    },
    Meter {
        service: "hws.service.type.vpc",
        service_names: ["虚拟私有云", "Virtual Private Cloud"],
        resource_type: "hws.resource.type.bandwidth",
        resource_names: ["带宽", "Bandwidth"],
        spec: ["全动态BGP|按流量计费", "Dynamic BGP|billed by traffic"],
        sku: "19_bgp",
        usage_type: "upflow",
        measure: 10,
        price: 80_000_000,
        unit: ["元/GB", "yuan/GB"],
        range: (0, 38),
        step: 1,
        owners: [1, 1, 1],
        ..PLAIN
    },
    Meter {
        service: "hws.service.type.obs",
        service_names: ["对象存储服务", "Object Storage Service"],
        resource_type: "hws.resource.type.obs",
        resource_names: ["云存储", "Object storage"],
        spec: ["标准存储|多AZ|存储空间", "Standard|multi-AZ|storage"],
        sku: "storage_standard_multiaz",
        usage_type: "storage_space",
        measure: 17,
        price: 14_000,
        unit: ["元/GB/小时", "yuan/GB/hour"],
        packaged: Some("storage_space"),
        owners: [1, 1, 1],
        ..PLAIN
    },
    Meter {
        service: "hws.service.type.obs",
        service_names: ["对象存储服务", "Object Storage Service"],
        resource_type: "hws.resource.type.obs",
        resource_names: ["云存储", "Object storage"],
        spec: ["标准存储|读请求", "Standard|read requests"],
        sku: "request_get_standard",
        usage_type: "requests",
        measure: 14,
        price: 100,
        unit: ["元/次", "yuan/request"],
        packaged: Some("requests"),
        owners: [1, 1, 0],
        ..PLAIN
    },
    Meter {
        service: "hws.service.type.obs",
        service_names: ["对象存储服务", "Object Storage Service"],
        resource_type: "hws.resource.type.obs",
        resource_names: ["云存储", "Object storage"],
        spec: ["标准存储|公网流出流量", "Standard|outbound Internet traffic"],
        sku: "upflow_standard",
        usage_type: "upflow",
        measure: 10,
        price: 50_000_000,
        unit: ["元/GB", "yuan/GB"],
        packaged: Some("upflow"),
        owners: [1, 1, 0],
        ..PLAIN
    },
    Meter {
        service: "hws.service.type.cdn",
        service_names: ["内容分发网络 CDN", "Content Delivery Network"],
        resource_type: "hws.resource.type.cdn",
        resource_names: ["CDN", "CDN"],
        spec: ["中国大陆|流量计费", "Chinese mainland|billed by traffic"],
        sku: "cdn_flow_cn",
        usage_type: "flow",
        measure: 10,
        price: 20_000_000,
        unit: ["元/GB", "yuan/GB"],
        packaged: Some("flow"),
        owners: [1, 0, 0],
        ..PLAIN
    },
    Meter {
        service: "hws.service.type.smn",
        service_names: ["消息通知服务", "Simple Message Notification"],
        resource_type: "hws.resource.type.smn",
        resource_names: ["消息通知", "Notification"],
        spec: ["短信|中国大陆", "Text message|Chinese mainland"],
        sku: "smn_sms_cn",
        usage_type: "sms",
        measure: 14,
        price: 4_500_000,
        unit: ["元/条", "yuan/message"],
        range: (0, 60),
        step: 1_000_000,
        has_projects: false,
        owners: [1, 1, 0],
        ..PLAIN
    },
    Meter {
        service: "hws.service.type.vdi",
        service_names: ["云桌面", "Workspace"],
        resource_type: "hws.resource.type.workspace.desktop",
        resource_names: ["云办公桌面", "Desktop"],
        spec: ["标准型|2核|4GB", "Standard|2 vCPUs|4 GB"],
        sku: "workspace.x86.standard.large2",
        price: 89_000_000,
        part: Some([
            "hws.service.type.ec2",
            "弹性云服务器",
            "Elastic Cloud Server",
            "hws.resource.type.vm",
            "云主机",
            "ECS instance",
        ]),
        owners: [1, 0, 0],
        ..PLAIN
    },
    Meter {
        service: "hws.service.type.marketplace",
        service_names: ["云商店", "KooGallery"],
        resource_type: "hws.resource.type.marketplace.image",
        resource_names: ["云商店镜像", "Marketplace image"],
        spec: ["安全加固镜像|CentOS", "Hardened image|CentOS"],
        sku: "OFFI-image-hardened",
        price: 20_000_000,
        provider: 2,
        owners: [1, 0, 0],
        ..PLAIN
    },
];

/// A pay-per-use resource of an account.
pub(super) struct Metered {
    pub(super) meter: &'static Meter,
    pub(super) id: String,
    pub(super) region: &'static str,
    pub(super) project: Option<usize>,
    since: NaiveDate,
    dice: u64,
    account: Kind,
}

/// What was used in a day, in millionths of a unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Used {
    pub(crate) all: i64,
    /// Of that, what packages paid.
    pub(crate) free: i64,
    /// Of that, what reserved instances covered.
    pub(crate) reserved: i64,
}

impl Metered {
    /// What it used on a day, for what packages do not know.
    fn used(&self, day: NaiveDate) -> Used {
        let mut dice = self.of_day(day);
        let (least, most) = self.meter.range;
        let (least, most) = (least * 1_000_000, most * 1_000_000);
        let steps = (most - least) / self.meter.step.max(1);
        let all = (least + dice.roll(steps + 1) * self.meter.step).cast_signed();
        let reserved = if self.meter.mode == mode::RESERVED { all } else { 0 };
        Used { all, free: 0, reserved }
    }

    /// What a day's use costs and how it is paid in the end.
    fn parts(&self, day: NaiveDate, used: Used) -> Parts {
        let billed = i128::from(used.all - used.free);
        let size = i128::from(self.meter.size.map_or(1, |(size, _)| size));
        let official = (billed * size * i128::from(self.meter.price) / 1_000_000) as Atom;
        let discount = official * self.off() / 100;
        let due = official - discount;
        let mut parts = Parts { official, discount, ..Parts::default() };
        let way = self.of_day(day).next() / 7 % 20;
        *match (self.account, way) {
            (_, 0..=2) => &mut parts.coupon,
            (Kind::Master, 3) => &mut parts.flexi,
            (Kind::Master, 4) => &mut parts.card,
            (Kind::Ordinary, _) | (Kind::Master, 5) => &mut parts.cash,
            _ => &mut parts.credit,
        } = due;
        parts
    }

    /// The hundredths that the account's commercial discount takes off.
    pub(super) fn off(&self) -> Atom {
        match (self.account, self.meter.provider) {
            (Kind::Ordinary, _) | (_, 2) => 0,
            _ => 12,
        }
    }

    fn of_day(&self, day: NaiveDate) -> Dice {
        Dice::new(self.dice ^ (u64::from(day.num_days_from_ce().cast_unsigned()) << 24))
    }
}

impl World {
    /// The pay-per-use resources of an account of the beginning; accounts that came later have none.
    pub(super) fn metered(&self, account: usize) -> Vec<Metered> {
        /// So many accounts there are in the beginning.
        const FIRST: usize = 3;
        let owner = &self.accounts[account];
        let column = match owner.kind {
            Kind::Master => 0,
            Kind::Ordinary => 1,
            Kind::Member => 2,
        };
        let mut found = Vec::new();
        for (kind, meter) in METERS.iter().enumerate().filter(|_| account < FIRST) {
            for nth in 0..meter.owners[column] {
                let seed = mix(self.seed
                    ^ 0x0B17
                    ^ ((account as u64) << 40)
                    ^ ((kind as u64) << 16)
                    ^ u64::from(nth));
                let mut dice = Dice::new(seed);
                let h = |dice: &mut Dice, digits| dice.hex(digits);
                let id = format!(
                    "{}-{}-4{}-9{}-{}",
                    h(&mut dice, 8),
                    h(&mut dice, 4),
                    h(&mut dice, 3),
                    h(&mut dice, 3),
                    h(&mut dice, 12)
                );
                let somewhere = REGIONS[dice.roll(REGIONS.len() as u64) as usize];
                // Where it has been given packages for that, if it has.
                let given =
                    owner.packages.gifts.iter().find(|gift| {
                        gift.goods.items.iter().any(|item| Some(item.usage.code) == meter.packaged)
                    });
                let region = given.map_or(somewhere, |gift| gift.region);
                let id = match meter.packaged {
                    Some(code) => package_user_id(self.package_user(account, code, region)),
                    None => id,
                };
                let project = dice.roll(owner.projects.len().max(1) as u64) as usize;
                let old = NaiveDate::from_ymd_opt(2022, 1, 1).unwrap_or_default();
                let since = old + chrono::Days::new(dice.roll(900));
                found.push(Metered {
                    meter,
                    id,
                    region,
                    project: meter.has_projects.then_some(project),
                    since,
                    dice: seed,
                    account: owner.kind,
                });
            }
        }
        found
    }

    /// A fee a day of each of them, for the whole month.
    pub(super) fn metered_fees(&self, account: usize, month: Month) -> Vec<Fee> {
        let late = self.settings.metered_late_ms.clamp(0, 30 * DAY);
        let deducted = self.deducted_by_day(account, month);
        let mut fees = Vec::new();
        for (at, metered) in (0..).zip(self.metered(account)) {
            for day in month.days().filter(|day| *day >= metered.since) {
                let number = day.num_days_from_ce();
                let used = match metered.meter.packaged {
                    None => metered.used(day),
                    Some(code) => {
                        let free = deducted.get(&(code, metered.region, day_begins(day))).copied();
                        Used {
                            all: self.demanded(account, code, metered.region, day),
                            free: free.unwrap_or(0),
                            reserved: 0,
                        }
                    }
                };
                fees.push(Fee {
                    account,
                    source: Source::Meter(at),
                    service: metered.meter.service,
                    resource_type: metered.meter.resource_type,
                    region: metered.region,
                    project: metered.project,
                    mode: metered.meter.mode,
                    provider: metered.meter.provider,
                    bill_type: bill_type::USE,
                    at: day_ends(day),
                    seen: day_begins(day) + DAY + late,
                    term: (number, number),
                    used,
                    parts: metered.parts(day, used),
                });
            }
        }
        fees
    }

    /// What packages paid of the use of each day of a month, in millionths, by usage, region and day.
    fn deducted_by_day(
        &self,
        account: usize,
        month: Month,
    ) -> HashMap<(&'static str, &'static str, Millis), i64> {
        /// A day's use is deducted in the first hours of the next one.
        const AFTER: Millis = 6 * HOUR;
        let mut deducted = HashMap::new();
        if self.metered(account).iter().all(|metered| metered.meter.packaged.is_none()) {
            return deducted;
        }
        for paid in self.deducted(account, month.begins(), month.ends() + AFTER) {
            let day = day_begins(beijing_day(paid.used_from));
            *deducted.entry((paid.code, paid.region, day)).or_insert(0) += paid.used * 1_000;
        }
        deducted
    }

    /// What an account uses in a day, in millionths: the space of each hour, all else once.
    fn demanded(&self, account: usize, code: &str, region: &str, day: NaiveDate) -> i64 {
        let Some(usage) = USAGES.into_iter().find(|usage| usage.code == code) else { return 0 };
        let begins = day_begins(day);
        let milli: i64 = if usage.hourly {
            let first = begins.div_euclid(HOUR);
            (first..first + 24).map(|hour| self.demand(account, usage, region, hour)).sum()
        } else {
            self.demand(account, usage, region, day_number(begins))
        };
        milli * 1_000
    }
}
