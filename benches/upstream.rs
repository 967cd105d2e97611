//! A page source of any number of orders or resources: answers requests of the client as BSS would, without
//! a network, so that what is measured is the portal. It keeps nothing and knows no rules.

mod resources;

use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use async_trait::async_trait;
use bss_portal::{
    bss::{
        self, Connection, Credentials, Endpoint, Error, Listed, Page, Reader,
        limits::Limits,
        orders::{Order, OrderDetail, OrderQuery},
        transport::{Broken, Request, Response, Wire},
    },
    clock::{self, Clock},
    features::orders::sync::Source,
    i18n::Locale,
};
use chrono::{DateTime, TimeDelta, Utc};

/// Services with how many of a hundred orders are theirs.
const SERVICES: [(u64, &str, &str, &str); 12] = [
    (34, "hws.service.type.ec2", "弹性云服务器", "Elastic Cloud Server"),
    (18, "hws.service.type.ebs", "云硬盘", "Elastic Volume Service"),
    (12, "hws.service.type.vpc", "虚拟私有云", "Virtual Private Cloud"),
    (9, "hws.service.type.obs", "对象存储服务", "Object Storage Service"),
    (8, "hws.service.type.rds", "云数据库", "Relational Database Service"),
    (5, "hws.service.type.dcs", "分布式缓存服务", "Distributed Cache Service"),
    (4, "hws.service.type.cdn", "内容分发网络", "Content Delivery Network"),
    (3, "hws.service.type.cce", "云容器引擎", "Cloud Container Engine"),
    (3, "hws.service.type.elb", "弹性负载均衡", "Elastic Load Balance"),
    (2, "hws.service.type.waf", "Web应用防火墙", "Web Application Firewall"),
    (1, "hws.service.type.dds", "文档数据库服务", "Document Database Service"),
    (1, "hws.service.type.nat", "NAT网关", "NAT Gateway"),
];
const PROJECTS: [&str; 5] = ["default", "电商平台", "数据中台", "research", "移动办公"];
/// Projects of three old orders and names of a few resources that last long: what a search for something
/// rare finds.
pub(crate) const RARE: [&str; 2] =
    ["档案数字化与长期保存示范工程第二阶段验收项目", "quarterly-audit-archive"];
/// How many of the newest orders await payment.
const OPEN: u64 = 40;

/// What one account has: orders over the last three years, and as many resources.
pub(crate) struct Upstream {
    size: u64,
    first: DateTime<Utc>,
    span: u64,
    /// How long each answer takes, milliseconds.
    delay: AtomicU64,
    /// How many answers were given.
    asked: AtomicU64,
    /// Whether every hundredth order or resource is not as it was at first.
    changed: AtomicBool,
}

impl Upstream {
    /// So many of each.
    pub(crate) fn of(size: u64, clock: &Clock) -> Arc<Self> {
        let span = TimeDelta::days(3 * 365);
        let first = clock.now() - span - TimeDelta::hours(1);
        let span = span.num_seconds().unsigned_abs();
        Arc::new(Self {
            size,
            first,
            span,
            delay: AtomicU64::new(0),
            asked: AtomicU64::new(0),
            changed: AtomicBool::new(false),
        })
    }

    /// From now on each answer takes so long.
    pub(crate) fn answer_after(&self, delay: Duration) {
        self.delay.store(u64::try_from(delay.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// How many answers it has given.
    pub(crate) fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// From now on every hundredth is different.
    pub(crate) fn change(&self) {
        self.changed.store(true, Ordering::Relaxed);
    }

    fn created(&self, order: u64) -> DateTime<Utc> {
        let seconds = order * self.span / self.size.max(1);
        self.first + TimeDelta::seconds(seconds.cast_signed())
    }

    /// How many orders were created before `at`.
    fn before(&self, at: DateTime<Utc>) -> u64 {
        first_not(self.size, |order| self.created(order) < at)
    }

    /// The time at which it was made.
    fn now(&self) -> DateTime<Utc> {
        self.first + TimeDelta::seconds(self.span.cast_signed()) + TimeDelta::hours(1)
    }

    fn answer(&self, target: &str) -> String {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if let Some(id) = path.strip_prefix("/v2/orders/customer-orders/details/") {
            return self.detail(id);
        }
        let asked = Asked::read(query);
        let mut range = asked.from.map_or(0, |at| self.before(at))
            ..asked.to.map_or(self.size, |at| self.before(at + TimeDelta::seconds(1)));
        match asked.status {
            Some(6) => range.start = range.start.max(self.size.saturating_sub(OPEN)),
            Some(_) => range.end = range.start,
            None => {}
        }
        if let Some(id) = &asked.order_id {
            range = self.find(id);
        }
        if let Some(code) = &asked.service {
            let of_service = |order: &u64| SERVICES[service(*order)].1 == code;
            range = range.into_iter().find(of_service).map_or(0..0, |order| order..order + 1);
        }
        let total = range.end.saturating_sub(range.start);
        let from = asked.offset.min(total);
        let to = (from + asked.limit).min(total);
        let mut body = format!("{{\"total_count\":{total},\"order_infos\":[");
        for nth in from..to {
            let order = if asked.oldest_first { range.start + nth } else { range.end - 1 - nth };
            if nth > from {
                body.push(',');
            }
            self.write(&mut body, order, asked.english, false);
        }
        body.push_str("]}");
        body
    }

    fn detail(&self, id: &str) -> String {
        let order = self.find(id).start.min(self.size - 1);
        let (_, code, name, _) = SERVICES[service(order)];
        let mut body = String::from("{\"total_count\":1,\"order_info\":");
        self.write(&mut body, order, false, true);
        let from = self.created(order).format("%FT%TZ");
        let until = (self.created(order) + TimeDelta::days(365)).format("%FT%TZ");
        let _ = write!(
            body,
            ",\"order_line_items\":[{{\"order_line_item_id\":\"{id}-000001\",\"service_type_code\":\"{code}\",\
             \"service_type_name\":\"{name}\",\"product_id\":\"OFFI740586375361228155\",\"product_spec_desc\":\"{name}|4核|8GB\",\
             \"period_type\":3,\"period_num\":1,\"effective_time\":\"{from}\",\"expire_time\":\"{until}\",\
             \"subscription_num\":1,\"amount_after_discount\":100,\"official_amount\":120,\"order_id\":\"{id}\"}}]}}"
        );
        body
    }

    /// The order with this id, found by the time that stands in it.
    fn find(&self, id: &str) -> std::ops::Range<u64> {
        let minute = id.get(2..12).unwrap_or_default();
        let Ok(at) = chrono::NaiveDateTime::parse_from_str(&format!("20{minute}"), "%Y%m%d%H%M") else {
            return 0..0;
        };
        let near = self.before(at.and_utc())..self.before(at.and_utc() + TimeDelta::minutes(1));
        near.into_iter().find(|order| self.id(*order) == id).map_or(0..0, |order| order..order + 1)
    }

    fn id(&self, order: u64) -> String {
        const SIGNS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRSTUVWX";
        // An odd factor modulo a power of two gives every order another code.
        let mut code = order.wrapping_mul(22_695_477).wrapping_add(12_345) % (1 << 25);
        let mut id = format!("CS{}", self.created(order).format("%y%m%d%H%M"));
        for _ in 0..5 {
            id.push(char::from(SIGNS[usize::try_from(code % 32).unwrap_or_default()]));
            code /= 32;
        }
        id
    }

    fn write(&self, body: &mut String, order: u64, english: bool, detailed: bool) {
        let dice = dice(order);
        let (_, code, zh, en) = SERVICES[service(order)];
        let name = if english { en } else { zh };
        let created = self.created(order);
        let status = match dice >> 8 & 63 {
            _ if order + OPEN >= self.size => 6,
            0..5 => 4,
            _ => 5,
        };
        let kind = [1, 1, 1, 2, 2, 2, 3, 4][usize::try_from(dice >> 16 & 7).unwrap_or_default()];
        let mut price = dice >> 20 & 0xf_ffff;
        if order % 100 == 37 && self.changed.load(Ordering::Relaxed) {
            price += 1;
        }
        let official = price + price / 5;
        let project = match order {
            900..903 => RARE[0],
            1_200..1_203 => RARE[1],
            _ => PROJECTS[usize::try_from(dice >> 40 & 0xff).unwrap_or_default() % PROJECTS.len()],
        };
        let _ = write!(
            body,
            "{{\"order_id\":\"{}\",\"customer_id\":\"0a1b2c3d4e5f60718293a4b5c6d7e8f9\",\"service_type_code\":\"{code}\",\
             \"service_type_name\":\"{name}\",\"source_type\":1,\"status\":{status},\"order_type\":{kind},\
             \"amount_after_discount\":{}.{:02},\"official_amount\":{}.{:02},\"measure_id\":1,\"create_time\":\"{}\",",
            self.id(order),
            price / 100,
            price % 100,
            official / 100,
            official % 100,
            created.format("%FT%TZ"),
        );
        if status == 5 {
            let paid = created + TimeDelta::seconds(600);
            let _ = write!(body, "\"payment_time\":\"{}\",", paid.format("%FT%TZ"));
        } else {
            body.push_str("\"payment_time\":null,");
        }
        if detailed {
            let until = (created + TimeDelta::days(10)).format("%FT%TZ");
            let _ = write!(body, "\"user_name\":\"ops-li\",\"pending_payment_end_time\":\"{until}\",");
        }
        let _ = write!(
            body,
            "\"currency\":\"CNY\",\"contract_id\":null,\"amount_info\":{{\"discounts\":[{{\"discount_type\":\"200\",\
             \"discount_amount\":{}.{:02}}}],\"flexipurchase_coupon_amount\":0,\"coupon_amount\":0,\
             \"stored_card_amount\":0,\"commission_amount\":null,\"consumed_amount\":null}},\
             \"enterprise_projects\":[{{\"id\":\"{:x}\",\"name\":\"{project}\"}}],\"sub_order_infos\":null,\
             \"agent_pay_info\":null}}",
            (official - price) / 100,
            (official - price) % 100,
            dice >> 40 & 0xff,
        );
    }
}

/// The parameters that count.
#[derive(Default)]
struct Asked {
    order_id: Option<String>,
    service: Option<String>,
    status: Option<u8>,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    offset: u64,
    limit: u64,
    oldest_first: bool,
    english: bool,
}

impl Asked {
    fn read(query: &str) -> Self {
        let mut asked = Self { limit: 100, ..Self::default() };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let time = || DateTime::parse_from_rfc3339(&value).ok().map(|time| time.to_utc());
            match &*name {
                "order_id" => asked.order_id = Some(value.into_owned()),
                "service_type_code" => asked.service = Some(value.into_owned()),
                "status" => asked.status = value.parse().ok(),
                "create_time_begin" => asked.from = time(),
                "create_time_end" => asked.to = time(),
                "offset" => asked.offset = value.parse().unwrap_or_default(),
                "limit" => asked.limit = value.parse().unwrap_or(100),
                "order_by" => asked.oldest_first = !value.starts_with('-'),
                _ => {}
            }
        }
        asked
    }
}

#[async_trait]
impl Wire for Upstream {
    async fn exchange(&self, request: Request, _limit: Duration) -> Result<Response, Broken> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let delay = self.delay.load(Ordering::Relaxed);
        if delay > 0 {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        let english = request.headers.iter().any(|(name, value)| *name == "X-Language" && value == "en_US");
        let mark = if english { "&english=1" } else { "" };
        let body = if request.target == resources::PATH {
            self.list_resources(&request.body, english)
        } else {
            self.answer(&format!("{}{mark}", request.target))
        };
        let body = body.into_bytes();
        Ok(Response { status: 200, headers: http::HeaderMap::new(), body })
    }
}

/// The first of so many numbers for which this does not hold; it holds for all before.
fn first_not(size: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, size);
    while low < high {
        let middle = low.midpoint(high);
        if holds(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

/// A scattered number that is always the same for an order.
const fn dice(order: u64) -> u64 {
    let mut x = order.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

fn service(order: u64) -> usize {
    let mut roll = dice(order) % 100;
    for (at, (share, ..)) in SERVICES.iter().enumerate() {
        if roll < *share {
            return at;
        }
        roll -= share;
    }
    0
}

/// The client over any wire, without the rate limits of Huawei, which would be all that is measured.
pub(crate) struct Pages {
    pub(crate) wire: Arc<dyn Wire>,
    pub(crate) endpoint: Endpoint,
    pub(crate) credentials: Credentials,
    pub(crate) clock: Clock,
}

impl Pages {
    /// Of a source in this process.
    pub(crate) fn of(upstream: Arc<Upstream>, clock: &Clock) -> Result<Self> {
        let credentials =
            Credentials::of_key("BENCHMARKBENCHMARK00".to_owned(), "benchmark".to_owned().into(), None);
        Ok(Self {
            wire: upstream,
            endpoint: "http://127.0.0.1:1".parse()?,
            credentials,
            clock: clock.clone(),
        })
    }

    /// A client with limits of its own.
    pub(crate) fn reader(&self) -> Reader {
        self.reader_by(self.clock.clone())
    }

    /// A client without limits.
    pub(crate) fn unlimited(&self) -> Reader {
        self.reader_by(Clock::of(Hurried::default()))
    }

    /// A client whose limits are counted by this clock.
    fn reader_by(&self, clock: Clock) -> Reader {
        let (reader, _) = bss::connect(Connection {
            endpoint: self.endpoint.clone(),
            credentials: self.credentials.clone(),
            account: "benchmark".to_owned(),
            clock: self.clock.clone(),
            wire: self.wire.clone(),
            limits: Limits::new(clock, 1),
            chance: bss::chance(),
        });
        reader
    }
}

/// Time that passes so fast that no rate limit is ever reached.
#[derive(Default)]
struct Hurried(AtomicU64);

impl clock::Source for Hurried {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + self.since_boot()
    }

    fn since_boot(&self) -> Duration {
        Duration::from_secs(self.0.fetch_add(1, Ordering::Relaxed))
    }

    fn sleep(&self, _how_long: Duration) -> clock::Sleep {
        Box::pin(std::future::ready(()))
    }
}

#[async_trait]
impl Source for Pages {
    async fn orders(&self, query: &OrderQuery, locale: Locale) -> Result<Page<Listed<Order>>, Error> {
        self.reader().orders(query, locale).await
    }

    async fn order(&self, order_id: &str, locale: Locale) -> Result<OrderDetail, Error> {
        self.reader().order(order_id, locale).await
    }
}
