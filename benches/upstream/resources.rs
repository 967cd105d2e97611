//! The yearly/monthly resources of the page source. Which one expires when follows from its number, so that
//! a window of expiries is a range of numbers; they are listed in an order that has nothing to do with it.

use std::{fmt::Write as _, ops::Range, sync::atomic::Ordering};

use chrono::{DateTime, TimeDelta, Utc};

use super::{PROJECTS, RARE, SERVICES, Upstream, dice, first_not, service};

/// Where they are asked for.
pub(super) const PATH: &str = "/v2/orders/suscriptions/resources/query";
/// The type of what each service sells with its specification in words and as code.
const TYPES: [(&str, &str, &str, &str, &str); 12] = [
    ("hws.resource.type.vm", "云主机", "Cloud server", "通用计算增强型云服务器|2核|4GB", "s6.large.2.linux"),
    ("hws.resource.type.volume", "云硬盘", "Disk", "高IO|100GB", "SAS"),
    ("hws.resource.type.bandwidth", "带宽", "Bandwidth", "全动态BGP|按带宽计费", "19_bgp"),
    ("hws.resource.type.obs.package", "对象存储", "Object storage", "标准存储多AZ包", "pkg.standard.3az"),
    (
        "hws.resource.type.rds.vm",
        "数据库实例",
        "Instance",
        "MySQL 8.0|主备|4核|16GB",
        "rds.mysql.n1.xlarge.4.ha",
    ),
    ("hws.resource.type.dcs3", "缓存实例", "Cache", "Redis 6.0|主备|2GB", "redis.ha.xu1.large.r2.2"),
    ("hws.resource.type.cdn", "流量包", "Traffic", "中国大陆|静态加速", "pkg.cdn.cn"),
    ("hws.resource.type.cce.cluster", "集群", "Cluster", "混合集群|50节点|高可用", "cce.s2.small"),
    ("hws.resource.type.elbv3", "负载均衡实例", "Load balancer", "应用型|小型Ⅰ", "l7_flavor.elb.s1.small"),
    ("hws.resource.type.waf", "域名包", "Domains", "专业版|华北-北京四", "waf.professional"),
    (
        "hws.resource.type.dds",
        "副本集",
        "Replica set",
        "文档数据库副本集节点",
        "dds.mongodb.s6.large.4.repset",
    ),
    ("hws.resource.type.nat", "网关", "Gateway", "公网NAT网关|中型", "nat.middle"),
];
const NAMES: [&str; 8] =
    ["web", "订单服务", "cache", "data-platform", "支付网关", "ecs-prod", "日志分析", "gitlab"];
/// How long before now the first one has expired, and until when the last one lasts.
const EXPIRED: TimeDelta = TimeDelta::days(30);
const LASTS: TimeDelta = TimeDelta::days(370);
/// Every so many expire never.
const ENDLESS: u64 = 1_000;
/// Every fifth is attached to the one before.
const MAIN: u64 = 4;
/// The listing goes through the numbers in this step, a prime.
const STEP: u64 = 999_983;
/// The end of an id is its number times this, modulo a power of two.
const SPREAD: u64 = 0x5_deec_e66d;
const MASK: u64 = (1 << 48) - 1;

/// What undoes [`SPREAD`].
const BACK: u64 = {
    let (mut back, mut rounds) = (SPREAD, 0);
    while rounds < 6 {
        back = back.wrapping_mul(2_u64.wrapping_sub(SPREAD.wrapping_mul(back)));
        rounds += 1;
    }
    back & MASK
};

impl Upstream {
    /// What BSS would answer to this question.
    pub(super) fn list_resources(&self, body: &[u8], english: bool) -> String {
        let asked: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        let number = |name: &str| asked[name].as_u64();
        let (offset, limit) = (number("offset").unwrap_or(0), number("limit").unwrap_or(10));
        let time = |name: &str| -> Option<DateTime<Utc>> { asked[name].as_str()?.parse().ok() };
        let some = |range: Range<u64>| {
            let here = offset.min(range.end - range.start)..(offset + limit).min(range.end - range.start);
            (range.end - range.start, here.map(|at| range.start + at).collect::<Vec<u64>>())
        };
        let (total, found) = if let Some(ids) = asked["resource_ids"].as_array() {
            let ids = ids.iter().filter_map(|id| self.find_resource(id.as_str()?));
            let found: Vec<u64> = ids.collect();
            (found.len() as u64, found)
        } else if asked["order_id"].is_string() {
            (0, Vec::new())
        } else if let (Some(from), Some(to)) = (time("expire_time_begin"), time("expire_time_end")) {
            let before = |at| first_not(self.size, |n| self.expires(n).is_some_and(|expires| expires < at));
            some(before(from)..before(to + TimeDelta::seconds(1)))
        } else {
            let (total, places) = some(0..self.size);
            (total, places.into_iter().map(|at| at * STEP % self.size).collect())
        };
        let mut answer = format!("{{\"total_count\":{total},\"data\":[");
        for (at, n) in found.into_iter().enumerate() {
            if at > 0 {
                answer.push(',');
            }
            self.write_resource(&mut answer, n, english);
        }
        answer.push_str("]}");
        answer
    }

    /// Those that are attached end with what they are attached to.
    fn expires(&self, n: u64) -> Option<DateTime<Utc>> {
        let main = n - u64::from(n % 5 == MAIN);
        let seconds = (EXPIRED + LASTS).num_seconds().unsigned_abs();
        (main < self.size - self.size / ENDLESS).then(|| {
            self.now() - EXPIRED + TimeDelta::seconds((main * seconds / self.size.max(1)).cast_signed())
        })
    }

    fn find_resource(&self, id: &str) -> Option<u64> {
        let end = u64::from_str_radix(id.rsplit('-').next()?, 16).ok()?;
        let n = end.wrapping_mul(BACK) & MASK;
        (n < self.size && resource_id(n) == id).then_some(n)
    }

    fn write_resource(&self, body: &mut String, n: u64, english: bool) {
        let dice = dice(n);
        let one_of = |shift: u32, of: u64| usize::try_from((dice >> shift & 0xfff) % of).unwrap_or_default();
        let kind = service(n);
        let (_, service, service_zh, service_en) = SERVICES[kind];
        let (resource_type, type_zh, type_en, spec, spec_code) = TYPES[kind];
        let expires = self.expires(n);
        let status = match expires.map(|at| self.now() - at) {
            Some(since) if since > TimeDelta::days(15) => 4,
            Some(since) if since > TimeDelta::zero() => 5,
            _ => 2,
        };
        let policy = match one_of(8, 100) {
            0..55 => 0,
            55..85 => 3,
            85..93 => 1,
            _ => 4,
        };
        let region = match one_of(20, 100) {
            0..60 => "cn-north-4",
            60..85 => "cn-east-3",
            85..99 => "cn-south-1",
            _ => "ap-southeast-1",
        };
        let project = one_of(32, PROJECTS.len() as u64);
        let late = self.size - self.size / 10;
        let name = match n {
            _ if (late..late + 15).contains(&n) => RARE[0].to_owned(),
            _ if (late + 40..late + 55).contains(&n) => RARE[1].to_owned(),
            _ => format!("{}-{:04}", NAMES[one_of(44, 8)], n % 10_000),
        };
        let moved = if n % 100 == 37 && self.changed.load(Ordering::Relaxed) { "-moved" } else { "" };
        let parent = match n % 5 {
            MAIN => format!("\"{}\"", resource_id(n - 1)),
            _ => "null".to_owned(),
        };
        let end = expires.map_or_else(|| "null".to_owned(), |at| format!("\"{}\"", at.format("%FT%TZ")));
        let begin = (self.now() - TimeDelta::days(400)).format("%FT%TZ");
        let _ = write!(
            body,
            "{{\"id\":\"{:032x}\",\"resource_id\":\"{}\",\"resource_name\":\"{name}{moved}\",\"region_code\":\"{region}\",\
             \"service_type_code\":\"{service}\",\"resource_type_code\":\"{resource_type}\",\
             \"resource_type_name\":\"{}\",\"service_type_name\":\"{}\",\"resource_spec_code\":\"{spec_code}\",\
             \"project_id\":\"0b1c2d3e4f5061728394a5b6c7d8e9f0\",\"product_id\":\"OFFI740586375361228155\",\
             \"parent_resource_id\":{parent},\"is_main_resource\":{},\"status\":{status},\"effective_time\":\"{begin}\",\
             \"expire_time\":{end},\"expire_policy\":{policy},\"product_spec_desc\":\"{spec}\",\"spec_size\":null,\
             \"spec_size_measure_id\":null,\"update_time\":\"{begin}\",\
             \"enterprise_project\":{{\"id\":\"{project:032x}\",\"name\":\"{}\"}}}}",
            u128::from(dice) << 64 | u128::from(n),
            resource_id(n),
            if english { type_en } else { type_zh },
            if english { service_en } else { service_zh },
            u8::from(parent == "null"),
            PROJECTS[project],
        );
    }
}

fn resource_id(n: u64) -> String {
    let dice = dice(n);
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        dice >> 32,
        dice >> 16 & 0xffff,
        dice >> 4 & 0xfff,
        dice >> 40 & 0xfff,
        n.wrapping_mul(SPREAD) & MASK
    )
}
