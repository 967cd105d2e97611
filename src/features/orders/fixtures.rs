//! Orders for tests, made of few numbers so that ties and matches happen.

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    order::{Order, ServiceName},
    store::{self, Written},
};
use crate::{identity::access::AccountId, money::Money};

pub(super) const OURS: AccountId = AccountId(Uuid::from_u128(1));
pub(super) const THEIRS: AccountId = AccountId(Uuid::from_u128(2));

const SERVICES: [(&str, &str, &str); 4] = [
    ("hws.service.type.ec2", "弹性云服务器", "Elastic Cloud Server"),
    ("hws.service.type.ebs", "云硬盘", "Elastic Volume Service"),
    ("hws.service.type.vpc", "虚拟私有云", "Virtual Private Cloud"),
    ("hws.service.type.obs", "对象存储服务", "Object Storage Service"),
];

pub(super) fn start() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2023, 11, 22, 0, 0, 0).single().expect("a time")
}

/// The `n`th order; several share a second and an amount.
pub(super) fn order(account: AccountId, n: u32) -> Order {
    let created_at = start() + TimeDelta::hours(i64::from(n / 3) * 7);
    let (code, zh, en) = SERVICES[(n % 7 % 4) as usize];
    let status = [5, 5, 5, 6, 4, 3, 5, 1][(n % 8) as usize];
    let mut order = Order {
        account,
        order_id: format!("CS{}{:05}", created_at.format("%y%m%d%H%M"), (n * 7919) % 100_000),
        status,
        order_type: [1, 1, 2, 2, 4, 3][(n % 6) as usize],
        source_type: 1,
        service_type_code: code.to_owned(),
        service: ServiceName { zh: zh.to_owned(), en: en.to_owned() },
        payable: Money::from_fen(i64::from(n % 11) * 1234),
        official: Money::from_fen(i64::from(n % 11) * 2000),
        currency: "CNY".to_owned(),
        created_at,
        paid_at: (status == 5).then(|| created_at + TimeDelta::minutes(5)),
        project_name: if n.is_multiple_of(97) { "双十一备货".to_owned() } else { String::new() },
        subs: Vec::new(),
        for_member: false,
        raw: format!("{{\"n\":{n}}}"),
        digest: Uuid::nil(),
    };
    order.digest = order.digest();
    order
}

pub(super) async fn put(db: &PgPool, account: AccountId, orders: &[Order]) -> Written {
    let mut tx = db.begin().await.expect("begins");
    let written = store::upsert(&mut tx, account, orders).await.expect("stores");
    tx.commit().await.expect("commits");
    written
}
