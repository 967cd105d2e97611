//! Scenes around resource packages: what there is, what is left, what used it up.

use bss_portal::{
    bss::{
        PayOrder, Write,
        codes::{BundleType, PackageSource, PackageStatus, ProjectScope, QuotaCycle, QuotaReuse},
        packages::{Deduction, DeductionQuery, ItemUsage, Package, PackageQuery},
    },
    i18n::Locale,
};
use rust_decimal::Decimal;
use serde_json::json;

use super::stage::{MASTER, ORDINARY, Stage, listed, paged};

pub(super) async fn play(stage: &mut Stage) {
    held(stage).await;
    used(stage).await;
    bought(stage).await;
    refused(stage).await;
}

async fn packages(stage: &mut Stage, query: PackageQuery, locale: Locale) -> Vec<Package> {
    let told = paged("total_count", "free_resource_packages");
    let page = stage.read(MASTER, async |reader| reader.packages(&query, locale).await, told).await;
    page.items.into_iter().map(|listed| listed.item).collect()
}

async fn usages(stage: &mut Stage, ids: &[String], locale: Locale) -> Vec<ItemUsage> {
    let ask = async |reader: bss_portal::bss::Reader| reader.package_usages(ids, locale).await;
    let usages = stage.read(MASTER, ask, listed("free_resources")).await;
    usages.into_iter().map(|listed| listed.item).collect()
}

async fn deductions(stage: &mut Stage, query: DeductionQuery) -> (u64, Vec<Deduction>) {
    let told = paged("total_count", "free_resource_records");
    let page = stage.read(MASTER, async |reader| reader.package_deductions(&query).await, told).await;
    (page.total, page.items.into_iter().map(|listed| listed.item).collect())
}

fn ids(packages: &[Package]) -> Vec<String> {
    packages.iter().flat_map(|package| &package.items).map(|item| item.free_resource_id.clone()).collect()
}

async fn held(stage: &mut Stage) {
    let all = packages(stage, PackageQuery::default(), Locale::Zh).await;
    let has = |fits: &dyn Fn(&Package) -> bool| all.iter().any(fits);
    for status in [PackageStatus::NotYetEffective, PackageStatus::InEffect, PackageStatus::Expired] {
        assert!(has(&|package| package.status == Some(status)), "{status:?}");
    }
    assert!(has(&|package| package.bundle_type == Some(BundleType::Bundle)));
    assert!(has(&|package| package.enterprise_project_scope == Some(ProjectScope::One)));
    for package in &all {
        let gift = package.source_type == Some(PackageSource::Gift);
        assert_eq!(gift, package.order_id.is_none(), "a gift has no order");
    }
    let one = all.iter().find(|package| package.order_id.is_some()).expect("a bought one");
    let by_all = PackageQuery {
        region: one.region_code.clone(),
        order_id: one.order_id.clone(),
        product_id: one.product_id.clone(),
        product_name: one.product_name.clone(),
        enterprise_project_id: one.enterprise_project_id.clone(),
        status: one.status,
        services: one.service_type_code.iter().map(|code| code.to_uppercase()).collect(),
        offset: 0,
        limit: 10,
    };
    let found = packages(stage, by_all, Locale::Zh).await;
    assert!(found.iter().any(|package| package.order_instance_id == one.order_instance_id));
    let english = packages(stage, PackageQuery { limit: 1, ..PackageQuery::default() }, Locale::En).await;
    assert_eq!(english[0].order_instance_id, all[0].order_instance_id);
    assert_ne!(english[0].service_type_name, all[0].service_type_name);
    assert_ne!(english[0].product_name, all[0].product_name);
}

/// What is left is what there was without what was deducted in the cycle, however it is asked.
async fn used(stage: &mut Stage) {
    let in_effect = PackageQuery { status: Some(PackageStatus::InEffect), ..PackageQuery::default() };
    let packages = packages(stage, in_effect, Locale::Zh).await;
    let usages = usages(stage, &ids(&packages), Locale::En).await;
    let items: Vec<_> = packages.iter().flat_map(|package| &package.items).collect();
    assert_eq!(usages.len(), items.len());
    let today = "2026-07-15".parse().expect("a day");
    let mut touched = 0;
    for usage in &usages {
        let item = items.iter().find(|item| item.free_resource_id == usage.free_resource_id).expect("listed");
        assert_eq!((item.amount, item.original_amount), (usage.amount, usage.original_amount));
        let begin = usage.start_time.expect("a beginning");
        let day = (begin + chrono::TimeDelta::hours(8)).date_naive();
        let Ok(mut query) = DeductionQuery::on(day, today) else { continue };
        query.free_resource_id = Some(usage.free_resource_id.clone());
        let (total, found) = deductions(stage, query).await;
        if total > found.len() as u64 {
            continue;
        }
        let in_cycle = |at| Some(at) >= usage.start_time && Some(at) <= usage.end_time;
        let of_cycle = found.iter().filter(|deduction| deduction.deduct_time.is_some_and(in_cycle));
        let taken: Decimal = { of_cycle }.filter_map(|deduction| deduction.used_amount).sum();
        let (amount, original) = (usage.amount.expect("left"), usage.original_amount.expect("at first"));
        assert_eq!(original - taken, amount, "{usage:?}");
        touched += usize::from(!taken.is_zero());
        for deduction in &found {
            let (before, after) = (deduction.available_amount, deduction.remaining_amount);
            assert_eq!(before.zip(deduction.used_amount).map(|(before, used)| before - used), after);
        }
    }
    assert!(touched >= 2, "{touched} items were used in their cycle");
    let cycles = |fits: &dyn Fn(&ItemUsage) -> bool| usages.iter().any(fits);
    assert!(cycles(&|usage| usage.quota_reuse_cycle == Some(QuotaCycle::Day)));
    assert!(cycles(&|usage| usage.quota_reuse_cycle_type.is_some()));
    assert!(packages.iter().any(|package| package.quota_reuse_mode == Some(QuotaReuse::EachCycle)));

    let mut query = DeductionQuery::on("2026-05-01".parse().expect("a day"), today).expect("90 days");
    let (_, some) = deductions(stage, query.clone()).await;
    query.product_id = some[0].product_id.clone();
    query.resource_type_code = some[0].resource_type_code.clone();
    (query.offset, query.limit) = (1, 2);
    let (_, some) = deductions(stage, query.clone()).await;
    assert!(some.len() == 2 && some.iter().all(|deduction| deduction.product_id == query.product_id));
}

/// A package can be used once its order is complete.
async fn bought(stage: &mut Stage) {
    let order = json!({
        "account": stage.domain_id(MASTER), "amount": "122.00", "service_type_code": "hws.service.type.obs",
    });
    let order = stage.control("POST", "/orders", order).await;
    let order_id = order["order_id"].as_str().expect("an id").to_owned();
    let query = PackageQuery { order_id: Some(order_id.clone()), ..PackageQuery::default() };
    assert!(packages(stage, query.clone(), Locale::Zh).await.is_empty(), "it is not paid");
    let pay = PayOrder::new(order_id, Vec::new(), None).expect("a payment");
    stage.done(MASTER, &Write::Pay(pay)).await;
    stage.later(3_600).await;
    let package = packages(stage, query, Locale::Zh).await.remove(0);
    assert_eq!(package.status, Some(PackageStatus::InEffect));
    let usage = usages(stage, &ids(&[package]), Locale::Zh).await.remove(0);
    assert_eq!(usage.quota_reuse_cycle, Some(QuotaCycle::Hour));
}

async fn refused(stage: &mut Stage) {
    let query = PackageQuery { status: Some(PackageStatus::Unknown(9)), ..PackageQuery::default() };
    stage.refused(MASTER, "CBC.0100", async |reader| reader.packages(&query, Locale::Zh).await).await;
    stage.refused(MASTER, "CBC.0100", async |reader| reader.package_usages(&[], Locale::Zh).await).await;
    let long = ["x".repeat(65)];
    stage.refused(MASTER, "CBC.0100", async |reader| reader.package_usages(&long, Locale::Zh).await).await;
    let foreign =
        stage.reader(ORDINARY).packages(&PackageQuery::default(), Locale::Zh).await.expect("its own");
    let foreign: Vec<Package> = foreign.items.into_iter().map(|listed| listed.item).collect();
    assert!(!foreign.is_empty());
    assert!(usages(stage, &ids(&foreign), Locale::Zh).await.is_empty(), "packages of others are not told of");
}
