//! What is in a package of each product, and for which usage.

use super::{
    super::{
        services::{CDN, OBS, service},
        shape::Line,
    },
    cycles::{Cycle, Reuse},
};

/// A product that is a package.
#[derive(Debug)]
pub(crate) struct Goods {
    pub(crate) service: u8,
    /// The position among the service's products, or the number of a gift from 90 on.
    pub(crate) product: u8,
    /// What it is called, where it is not sold.
    gift: Option<[&'static str; 2]>,
    /// How its quota comes back, if it does.
    pub(crate) reuse: Option<Reuse>,
    pub(crate) items: &'static [Item],
}

/// What a package holds of one usage.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) usage: &'static Usage,
    /// Whole units.
    pub(crate) quota: i64,
}

/// A usage that packages pay for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) code: &'static str,
    pub(crate) names: [&'static str; 2],
    /// The unit: 10 is GB of traffic, 17 GB of space, 14 times.
    pub(crate) measure: u8,
    /// Space is counted by the hour, all else by the day.
    pub(crate) hourly: bool,
    /// What an account uses of it in such a step on an ordinary day, thousandths.
    pub(crate) ordinary: i64,
    /// The service whose resources use it.
    pub(crate) service: u8,
}

const SPACE: &Usage = &Usage {
    code: "storage_space",
    names: ["存储空间", "Storage space"],
    measure: 17,
    hourly: true,
    ordinary: 780_500,
    service: OBS,
};
const OUTBOUND: &Usage = &Usage {
    code: "upflow",
    names: ["公网流出流量", "Outbound Internet traffic"],
    measure: 10,
    hourly: false,
    ordinary: 19_250,
    service: OBS,
};
const REQUESTS: &Usage = &Usage {
    code: "requests",
    names: ["请求次数", "Requests"],
    measure: 14,
    hourly: false,
    ordinary: 2_400_000,
    service: OBS,
};
const DELIVERED: &Usage = &Usage {
    code: "flow",
    names: ["加速流量", "Delivered traffic"],
    measure: 10,
    hourly: false,
    ordinary: 6_400,
    service: CDN,
};

/// Every usage that packages pay for.
pub(crate) const USAGES: [&Usage; 4] = [SPACE, OUTBOUND, REQUESTS, DELIVERED];

/// Hour by hour, on the calendar.
const HOURLY: Option<Reuse> = Some(Reuse { cycle: Cycle::Hour, calendar: true });
/// Month by month from the purchase.
const MONTHLY: Option<Reuse> = Some(Reuse { cycle: Cycle::Month, calendar: false });

static SOLD: [Goods; 5] = [
    sold(OBS, 0, HOURLY, &[Item { usage: SPACE, quota: 1_024 }]),
    sold(OBS, 1, HOURLY, &[Item { usage: SPACE, quota: 10_240 }]),
    sold(OBS, 2, MONTHLY, &[Item { usage: OUTBOUND, quota: 500 }]),
    sold(CDN, 0, None, &[Item { usage: DELIVERED, quota: 1_024 }]),
    sold(CDN, 1, None, &[Item { usage: DELIVERED, quota: 10_240 }]),
];

/// What the software development service gives away.
pub(crate) static GIFTS: [Goods; 4] = [
    Goods {
        service: OBS,
        product: 90,
        gift: Some(["软件开发生产线赠送下载流量包|5GB/天", "CodeArts gift download traffic|5 GB a day"]),
        reuse: Some(Reuse { cycle: Cycle::Day, calendar: true }),
        items: &[Item { usage: OUTBOUND, quota: 5 }],
    },
    Goods {
        service: CDN,
        product: 91,
        gift: Some(["软件开发生产线赠送加速流量包|20GB/周", "CodeArts gift delivery traffic|20 GB a week"]),
        reuse: Some(Reuse { cycle: Cycle::Week, calendar: true }),
        items: &[Item { usage: DELIVERED, quota: 20 }],
    },
    Goods {
        service: OBS,
        product: 92,
        gift: Some(["软件开发生产线赠送组合包", "CodeArts gift bundle"]),
        reuse: Some(Reuse { cycle: Cycle::Year, calendar: true }),
        items: &[Item { usage: OUTBOUND, quota: 300 }, Item { usage: REQUESTS, quota: 1_000_000 }],
    },
    Goods {
        service: OBS,
        product: 93,
        gift: Some(["软件开发生产线赠送下载流量包|10GB/月", "CodeArts gift download traffic|10 GB a month"]),
        reuse: Some(Reuse { cycle: Cycle::Month, calendar: true }),
        items: &[Item { usage: OUTBOUND, quota: 10 }],
    },
];

const fn sold(service: u8, product: u8, reuse: Option<Reuse>, items: &'static [Item]) -> Goods {
    Goods { service, product, gift: None, reuse, items }
}

/// What a line of a purchase holds; positions of products out of range wrap around.
pub(crate) fn goods(line: &Line) -> &'static Goods {
    let product = usize::from(line.product) % service(line.service).products.len();
    let fits = |goods: &&Goods| goods.service == line.service && usize::from(goods.product) == product;
    SOLD.iter().find(fits).unwrap_or(&SOLD[0])
}

impl Goods {
    /// What it is called in a language: 0 is Chinese, 1 English.
    pub(crate) fn name(&self, language: usize) -> &'static str {
        match self.gift {
            Some(names) => names[language],
            None => service(self.service).product(self.product).names[language],
        }
    }

    /// Whether there is more than one usage in it.
    pub(crate) fn is_bundle(&self) -> bool {
        self.items.len() > 1
    }
}
