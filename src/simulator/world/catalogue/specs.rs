//! What each spec costs: by the month, by use, or both. Names and prices look like the real ones; they are
//! no price list.

use rust_decimal::Decimal;

use super::{
    super::services::{CDN, CLOUDPOND, DCS, DDS, ECS, ELB, EVS, HSS, OBS, RDS, VPC},
    units::{CAPACITY_GB, GB_SECONDS, HOUR, MBPS, PIECES, TRAFFIC_GB},
};

/// Something that can be had by the term, by use, or both.
pub(crate) struct Spec {
    /// Position of its service: in `SERVICES`, and behind it those that are paid by use.
    pub(crate) service: u8,
    pub(crate) resource_type: &'static str,
    pub(crate) code: &'static str,
    pub(super) own_names: [&'static str; 2],
    pub(crate) monthly: Monthly,
    pub(crate) sizes: Option<Sizes>,
    pub(crate) rates: &'static [Rate],
    /// The only regions where it is sold; all of them when empty.
    pub(super) only_in: &'static [&'static str],
}

/// What a month costs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Monthly {
    /// It is not sold by the term.
    No,
    /// As much as the product of its service at this position.
    Product(u8),
    /// So many fen.
    Fixed(i64),
    /// So many fen for each unit of its size up to a size, then for those above.
    Sized(&'static [(i64, i64)]),
}

/// The sizes in which a linear product can be had.
pub(crate) struct Sizes {
    /// The unit.
    pub(crate) measure: i64,
    pub(crate) least: i64,
    pub(crate) most: i64,
}

/// What use costs.
pub(crate) struct Rate {
    pub(crate) factor: &'static str,
    /// The unit of use that the price is for.
    pub(crate) unit: i64,
    /// Yuan times ten to the tenth.
    price: i64,
}

impl Rate {
    /// Yuan for a unit of use, and of its size where it has one.
    pub(crate) fn price(&self) -> Decimal {
        Decimal::new(self.price, 10)
    }
}

const IEC: u8 = CLOUDPOND + 1;
const CBR: u8 = CLOUDPOND + 2;
const FUNCTIONGRAPH: u8 = CLOUDPOND + 4;
const LTS: u8 = CLOUDPOND + 5;
const SMN: u8 = CLOUDPOND + 6;
const DNS: u8 = CLOUDPOND + 7;

/// A price per hour in fen with four more digits.
const fn hourly(price: i64) -> Rate {
    Rate { factor: "Duration", unit: HOUR, price: price * 10_000 }
}

const fn by(factor: &'static str, unit: i64, price: i64) -> Rate {
    Rate { factor, unit, price }
}

const fn product(
    service: u8,
    resource_type: &'static str,
    code: &'static str,
    at: u8,
    rates: &'static [Rate],
) -> Spec {
    let monthly = Monthly::Product(at);
    Spec { service, resource_type, code, own_names: ["", ""], monthly, sizes: None, rates, only_in: &[] }
}

const fn used(
    service: u8,
    resource_type: &'static str,
    code: &'static str,
    names: [&'static str; 2],
    rates: &'static [Rate],
) -> Spec {
    let monthly = Monthly::No;
    Spec { service, resource_type, code, own_names: names, monthly, sizes: None, rates, only_in: &[] }
}

const fn flavour(code: &'static str, names: [&'static str; 2], monthly: i64, rates: &'static [Rate]) -> Spec {
    let monthly = Monthly::Fixed(monthly);
    Spec { monthly, ..used(ECS, VM, code, names, rates) }
}

const fn disk(
    code: &'static str,
    names: [&'static str; 2],
    tiers: &'static [(i64, i64)],
    rates: &'static [Rate],
) -> Spec {
    let sizes = Some(Sizes { measure: CAPACITY_GB, least: 10, most: 32_768 });
    Spec { monthly: Monthly::Sized(tiers), sizes, ..used(EVS, VOLUME, code, names, rates) }
}

const fn bandwidth(
    code: &'static str,
    names: [&'static str; 2],
    tiers: &'static [(i64, i64)],
    rates: &'static [Rate],
) -> Spec {
    let sizes = Some(Sizes { measure: MBPS, least: 1, most: 2_000 });
    Spec { monthly: Monthly::Sized(tiers), sizes, ..used(VPC, BANDWIDTH, code, names, rates) }
}

const VM: &str = "hws.resource.type.vm";
const VOLUME: &str = "hws.resource.type.volume";
const BANDWIDTH: &str = "hws.resource.type.bandwidth";
const IP: &str = "hws.resource.type.ip";
const RDS_VM: &str = "hws.resource.type.rds.vm";
const OBS_TYPE: &str = "hws.resource.type.obs";
const CDN_TYPE: &str = "hws.resource.type.cdn";
const ANY: i64 = i64::MAX;

/// All of them.
pub(crate) static SPECS: &[Spec] = &[
    product(ECS, VM, "c7.large.2.linux", 0, &[hourly(490_000)]),
    product(ECS, VM, "c7.xlarge.2.linux", 1, &[hourly(980_000)]),
    product(ECS, VM, "c7.2xlarge.4.linux", 2, &[hourly(2_760_000)]),
    product(ECS, VM, "m7.large.8.linux", 3, &[hourly(840_000)]),
    product(ECS, VM, "s7.medium.2.win", 4, &[hourly(205_000)]),
    flavour(
        "s2.small.1.linux",
        ["通用计算型|s2.small.1|1核|1GB|linux", "General computing|s2.small.1|1 vCPU|1 GB|linux"],
        3_220,
        &[hourly(67_000)],
    ),
    flavour(
        "s7.large.2.linux",
        ["通用计算型|s7.large.2|2核|4GB|linux", "General computing|s7.large.2|2 vCPUs|4 GB|linux"],
        18_300,
        &[hourly(380_000)],
    ),
    flavour(
        "c7.large.2.win",
        ["通用计算增强型|c7.large.2|2核|4GB|win", "General computing-plus|c7.large.2|2 vCPUs|4 GB|win"],
        29_880,
        &[hourly(620_000)],
    ),
    disk("GPSSD", ["通用型SSD", "General Purpose SSD"], &[(ANY, 70)], &[by("Duration", HOUR, 9_722_222)]),
    disk("SSD", ["超高IO", "Ultra-high I/O"], &[(ANY, 100)], &[by("Duration", HOUR, 13_888_889)]),
    disk("SAS", ["高IO", "High I/O"], &[(ANY, 35)], &[by("Duration", HOUR, 4_861_111)]),
    Spec {
        only_in: &["cn-north-4", "cn-east-3", "cn-south-1"],
        ..disk("SATA", ["普通IO", "Common I/O"], &[(ANY, 30)], &[by("Duration", HOUR, 4_166_667)])
    },
    bandwidth(
        "19_bgp",
        ["全动态BGP|按带宽", "Dynamic BGP|By bandwidth"],
        &[(5, 2_300), (ANY, 8_000)],
        &[hourly(63_000)],
    ),
    bandwidth(
        "19_sbgp",
        ["静态BGP|按带宽", "Static BGP|By bandwidth"],
        &[(5, 1_840), (ANY, 6_400)],
        &[hourly(50_000)],
    ),
    bandwidth(
        "19_share",
        ["共享带宽|按带宽", "Shared bandwidth|By bandwidth"],
        &[(ANY, 8_125)],
        &[hourly(225_000)],
    ),
    used(
        VPC,
        BANDWIDTH,
        "12_bgp",
        ["全动态BGP|按流量", "Dynamic BGP|By traffic"],
        &[by("upflow", TRAFFIC_GB, 8_000_000_000)],
    ),
    used(
        VPC,
        BANDWIDTH,
        "12_sbgp",
        ["静态BGP|按流量", "Static BGP|By traffic"],
        &[by("upflow", TRAFFIC_GB, 7_200_000_000)],
    ),
    used(VPC, IP, "5_bgp", ["动态BGP公网IP", "Dynamic BGP address"], &[hourly(20_000)]),
    used(VPC, IP, "5_sbgp", ["静态BGP公网IP", "Static BGP address"], &[hourly(18_000)]),
    product(RDS, RDS_VM, "rds.mysql.n1.large.4.ha", 0, &[hourly(1_845_000)]),
    product(RDS, RDS_VM, "rds.pg.n1.xlarge.4.ha", 1, &[hourly(4_464_000)]),
    product(RDS, RDS_VM, "rds.mysql.n1.large.2.single", 2, &[hourly(654_000)]),
    product(OBS, OBS_TYPE, "obs.package.storage.1t", 0, &[]),
    product(OBS, OBS_TYPE, "obs.package.storage.10t", 1, &[]),
    product(OBS, OBS_TYPE, "obs.package.upflow.500g", 2, &[]),
    used(
        OBS,
        OBS_TYPE,
        "obs.standard",
        ["标准存储", "Standard storage"],
        &[
            by("storage", CAPACITY_GB, 1_375_000),
            by("upflow", TRAFFIC_GB, 5_000_000_000),
            by("reqNumber", PIECES, 10_000),
        ],
    ),
    product(CDN, CDN_TYPE, "cdn.package.cn.1t", 0, &[]),
    product(CDN, CDN_TYPE, "cdn.package.cn.10t", 1, &[]),
    used(
        CDN,
        CDN_TYPE,
        "cdn.flow.cn",
        ["中国大陆流量", "Chinese mainland traffic"],
        &[by("flow", TRAFFIC_GB, 2_000_000_000)],
    ),
    product(DCS, "hws.resource.type.dcs3", "redis.ha.xu1.large.r2.1", 0, &[hourly(206_000)]),
    product(DCS, "hws.resource.type.dcs3", "redis.cluster.xu1.large.r2.16", 1, &[hourly(3_067_000)]),
    product(DDS, "hws.resource.type.dds.vm", "dds.mongodb.c6.xlarge.4.repset", 0, &[hourly(5_969_000)]),
    product(DDS, "hws.resource.type.dds.vm", "dds.mongodb.c6.large.4.repset", 1, &[hourly(3_169_000)]),
    product(ELB, "hws.resource.type.elb", "l4.flavor.elb.s1.small", 0, &[hourly(496_000)]),
    product(ELB + 1, "hws.resource.type.natgateway", "nat.small", 0, &[hourly(637_000)]),
    product(ELB + 1, "hws.resource.type.natgateway", "nat.medium", 1, &[hourly(1_275_000)]),
    product(ELB + 2, "hws.resource.type.waf", "waf.standard", 0, &[]),
    product(ELB + 2, "hws.resource.type.waf", "waf.professional", 1, &[]),
    product(ELB + 3, "hws.resource.type.cce.cluster", "cce.s2.small", 0, &[hourly(1_485_000)]),
    product(ELB + 4, "hws.resource.type.dms.kafka", "kafka.2u4g.cluster", 0, &[hourly(3_094_000)]),
    product(HSS, "hws.resource.type.hss", "hss.enterprise", 0, &[hourly(187_000)]),
    product(HSS, "hws.resource.type.hss", "hss.premium", 1, &[]),
    Spec {
        only_in: &["cn-north-4", "cn-east-3"],
        ..product(CLOUDPOND, "hws.resource.type.cloudpond", "cloudpond.compute.8", 0, &[])
    },
    used(
        IEC,
        "hws.resource.type.edgevm",
        "iec.c6.large.2",
        ["边缘实例|2核|4GB", "Edge instance|2 vCPUs|4 GB"],
        &[hourly(560_000)],
    ),
    Spec {
        sizes: Some(Sizes { measure: CAPACITY_GB, least: 10, most: 10_485_760 }),
        monthly: Monthly::Sized(&[(ANY, 20)]),
        ..used(
            CBR,
            "hws.resource.type.cbr.vault",
            "vault.backup.server.normal",
            ["云服务器备份存储库", "Server backup vault"],
            &[by("Duration", HOUR, 2_777_778)],
        )
    },
    used(
        FUNCTIONGRAPH,
        "hws.resource.type.functiongraph",
        "functiongraph.event",
        ["事件函数", "Event function"],
        &[by("reqNumber", PIECES, 13_300), by("memoryDuration", GB_SECONDS, 1_110_800)],
    ),
    used(
        LTS,
        "hws.resource.type.lts",
        "lts.index",
        ["日志索引", "Log index"],
        &[by("indexFlow", TRAFFIC_GB, 3_500_000_000)],
    ),
    used(
        SMN,
        "hws.resource.type.smn",
        "smn.sms.cn",
        ["国内短信", "Domestic text message"],
        &[by("reqNumber", PIECES, 450_000_000)],
    ),
    used(
        DNS,
        "hws.resource.type.dns",
        "dns.query",
        ["解析请求", "DNS queries"],
        &[by("reqNumber", PIECES, 2_000)],
    ),
];
