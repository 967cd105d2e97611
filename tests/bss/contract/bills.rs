//! Scenes around bills: the sum of a month, single charges, resources, and usage by its 95th percentile. What
//! one of them says is held against what the others say.

use std::collections::BTreeMap;

use bss_portal::{
    bss::{
        BillCycle, PayOrder, Write,
        bills::{
            BillScope, CycleDays, FeeRecord, FeeRecordQuery, FeeRecords, MonthlySum, MonthlySumQuery,
            ProjectFilter, ResourceDetailQuery, ResourceDetails, ResourceRecordQuery, ResourceRecords,
            Statistic, When,
        },
        codes::{
            BillClass, BillPayStatus, BillType, ChargingMode, IsSpot, ProviderType, ResourceRelation,
            Usage95Service, Usage95Type,
        },
        usage::{UsagePointQuery, UsageQuery},
    },
    i18n::Locale,
    money::Money,
};
use serde_json::{Value, json};

use super::stage::{MASTER, MEMBER, ORDINARY, Stage, paged, whole};

/// The cycle of the stage's time.
pub(super) async fn this_cycle(stage: &mut Stage) -> BillCycle {
    let clock = stage.control("GET", "/clock", Value::Null).await;
    BillCycle::of(clock["now"].as_str().expect("a time").parse().expect("a time"))
}

pub(super) async fn play(stage: &mut Stage) {
    let now = this_cycle(stage).await;
    let last = now.previous();
    sums_are_charges(stage, last).await;
    charges_are_filtered(stage, last).await;
    resources_are_charges(stage, last).await;
    resources_are_filtered(stage, last).await;
    details_are_filtered(stage, last).await;
    a_payment_is_billed(stage, now).await;
    what_is_used_is_owed_until_it_is_settled(stage, now).await;
    percentiles_are_of_the_points(stage, last).await;
    wrong_questions_are_refused(stage, last).await;
}

async fn charges(stage: &mut Stage, account: usize, query: FeeRecordQuery, locale: Locale) -> FeeRecords {
    stage.read(account, async |reader| reader.fee_records(&query, locale).await, whole).await
}

async fn records(stage: &mut Stage, account: usize, query: ResourceRecordQuery) -> ResourceRecords {
    stage.read(account, async |reader| reader.resource_records(&query, Locale::Zh).await, whole).await
}

async fn details(stage: &mut Stage, account: usize, query: ResourceDetailQuery) -> ResourceDetails {
    stage.read(account, async |reader| reader.resource_details(&query, Locale::En).await, whole).await
}

async fn sum(stage: &mut Stage, account: usize, query: MonthlySumQuery) -> MonthlySum {
    stage.read(account, async |reader| reader.monthly_sum(&query).await, whole).await
}

fn sums(cycle: BillCycle) -> MonthlySumQuery {
    MonthlySumQuery { cycle, service_type_code: None, project: None, scope: None, offset: 0, limit: 0 }
}

fn of(amounts: impl IntoIterator<Item = Option<Money>>) -> Money {
    amounts.into_iter().map(|amount| amount.expect("an amount")).sum()
}

fn paid(charge: &FeeRecord) -> Money {
    of([
        charge.cash_amount,
        charge.credit_amount,
        charge.coupon_amount,
        charge.flexipurchase_coupon_amount,
        charge.stored_value_card_amount,
        charge.bonus_amount,
        charge.debt_amount,
        charge.writeoff_amount,
    ])
}

fn class(kind: BillType) -> BillClass {
    match kind {
        BillType::Unsubscription | BillType::ChangeRefund | BillType::ToPayPerUseRefund => BillClass::Refund,
        BillType::Compensation | BillType::Adjustment => BillClass::Adjustment,
        _ => BillClass::Consumption,
    }
}

async fn sums_are_charges(stage: &mut Stage, cycle: BillCycle) {
    let month = sum(stage, MASTER, sums(cycle)).await;
    let records = charges(stage, MASTER, FeeRecordQuery::of(cycle), Locale::Zh).await;
    assert_eq!(records.total_count, Some(records.records.len() as u64));
    let mut by_row: BTreeMap<_, Money> = BTreeMap::new();
    for charge in &records.records {
        let charge = &charge.item;
        let consumed = charge.consume_amount.expect("an amount");
        let rest = of([charge.official_discount_amount, charge.erase_amount]);
        assert_eq!(charge.official_amount, Some(rest + consumed), "{charge:?}");
        assert_eq!(paid(charge), consumed, "{charge:?}");
        let (mode, kind) = (charge.charging_mode.expect("mode"), charge.bill_type.expect("type"));
        assert_eq!(consumed.is_negative(), class(kind) == BillClass::Refund && !consumed.is_zero());
        let texts = [&charge.customer_id, &charge.service_type_code, &charge.resource_type_code];
        let key = (texts.map(Clone::clone), mode.code(), class(kind).code());
        *by_row.entry(key).or_default() += consumed;
    }
    assert_eq!(month.total_count, Some(by_row.len() as u64));
    for row in &month.rows {
        let row = &row.item;
        let off = of([row.official_discount_amount, row.truncated_amount]);
        assert_eq!(row.official_amount, Some(off + row.consume_amount.expect("an amount")), "{row:?}");
        let texts = [&row.customer_id, &row.service_type_code, &row.resource_type_code];
        let codes = (row.charging_mode.expect("mode").code(), row.class.expect("class").code());
        assert_eq!(by_row.get(&(texts.map(Clone::clone), codes.0, codes.1)), row.consume_amount.as_ref());
    }
    let total = by_row.values().copied().sum::<Money>();
    assert_eq!(month.consume_amount, Some(total));
    assert_eq!(month.cash_amount, Some(of(month.rows.iter().map(|row| row.item.cash_amount))));
    let page = sum(stage, MASTER, MonthlySumQuery { offset: 2, limit: 3, ..sums(cycle) }).await;
    assert_eq!((page.consume_amount, page.rows.len()), (Some(total), 3), "totals are of all pages");

    let ecs = MonthlySumQuery { service_type_code: Some("hws.service.type.ec2".to_owned()), ..sums(cycle) };
    assert!(sum(stage, MASTER, ecs).await.total_count > Some(0));
    let none = MonthlySumQuery { project: Some(ProjectFilter::Unallocated), ..sums(cycle) };
    let none = sum(stage, MASTER, none).await;
    let service = none.rows[0].item.service_type_code.as_deref();
    assert_eq!((none.rows.len(), service), (1, Some("hws.service.type.smn")));
    let member = BillScope::Member(stage.domain_id(MEMBER));
    let of_member = sum(stage, MASTER, MonthlySumQuery { scope: Some(member), ..sums(cycle) }).await;
    let by_itself = sum(stage, MEMBER, sums(cycle)).await;
    assert_eq!(of_member.consume_amount, by_itself.consume_amount);
    let own = sum(stage, MASTER, MonthlySumQuery { scope: Some(BillScope::Oneself), ..sums(cycle) }).await;
    assert_eq!(of([own.consume_amount, of_member.consume_amount]), total);
}

async fn charges_are_filtered(stage: &mut Stage, cycle: BillCycle) {
    let all = charges(stage, MASTER, FeeRecordQuery::of(cycle), Locale::En).await;
    let order = all.records.iter().find(|charge| charge.item.bill_type.is_some_and(BillType::is_of_an_order));
    let order = order.expect("an order was paid last month").item.clone();
    let half = CycleDays::new(cycle.first_day(), cycle.first_day() + chrono::Days::new(9)).expect("days");
    let base = || FeeRecordQuery::of(When::Days(half));
    let metered = FeeRecordQuery {
        charging_mode: Some(ChargingMode::PayPerUse),
        bill_type: Some(BillType::Usage),
        provider: Some(ProviderType::HuaweiCloud),
        service_type_code: Some("hws.service.type.ebs".to_owned()),
        resource_type_code: Some("hws.resource.type.volume".to_owned()),
        status: Some(BillPayStatus::Paid),
        include_zero: Some(false),
        scope: Some(BillScope::Oneself),
        limit: 100,
        ..base()
    };
    let disks = charges(stage, MASTER, metered.clone(), Locale::En).await;
    assert_eq!(disks.total_count, Some(20), "two disks for ten days");
    let region = disks.records[0].item.region_code.clone();
    let here = FeeRecordQuery { region_code: region.clone(), ..base() };
    let here = charges(stage, MASTER, here, Locale::Zh).await;
    assert!(here.records.iter().all(|charge| charge.item.region_code == region));
    let one = FeeRecordQuery { trade_id: order.trade_id.clone(), ..FeeRecordQuery::of(cycle) };
    let one = charges(stage, MASTER, one, Locale::Zh).await;
    assert!(!one.records.is_empty() && one.records.iter().all(|c| c.item.trade_id == order.trade_id));
    let project = ProjectFilter::Id(order.enterprise_project_id.clone().expect("a project"));
    let project = FeeRecordQuery { project: Some(project), ..FeeRecordQuery::of(cycle) };
    let project = charges(stage, MASTER, project, Locale::Zh).await;
    assert!(project.records.iter().all(|c| c.item.enterprise_project_id == order.enterprise_project_id));
    let market = FeeRecordQuery {
        provider: Some(ProviderType::Marketplace),
        scope: Some(BillScope::All),
        ..FeeRecordQuery::of(cycle)
    };
    assert!(charges(stage, MASTER, market, Locale::Zh).await.total_count > Some(20));
    let member = BillScope::Member(stage.domain_id(MEMBER));
    let member = FeeRecordQuery { scope: Some(member), offset: 5, limit: 5, ..FeeRecordQuery::of(cycle) };
    let member = charges(stage, MASTER, member, Locale::Zh).await;
    assert!(member.records.iter().all(|c| c.item.account_name.as_deref() == Some("huaxin-shanghai")));
}

async fn resources_are_charges(stage: &mut Stage, cycle: BillCycle) {
    let charged = charges(stage, MASTER, FeeRecordQuery::of(cycle), Locale::Zh).await;
    let charged: Money = charged.records.iter().filter_map(|charge| charge.item.consume_amount).sum();
    let single = records(stage, MASTER, ResourceRecordQuery::of(Statistic::PerCharge(cycle.into()))).await;
    let mut exact = Money::ZERO;
    let mut metered = 0_i64;
    for record in &single.records {
        let record = &record.item;
        let amount = record.amount.expect("an amount");
        let paid = of([
            record.cash_amount,
            record.credit_amount,
            record.coupon_amount,
            record.flexipurchase_coupon_amount,
            record.stored_card_amount,
            record.bonus_amount,
            record.debt_amount,
            record.adjustment_amount,
        ]);
        assert_eq!(paid, amount, "{record:?}");
        assert_eq!(record.official_amount, Some(amount + of([record.discount_amount])), "{record:?}");
        exact += amount;
        metered += i64::from(record.charging_mode != Some(ChargingMode::YearlyMonthly));
    }
    let cut = exact - charged;
    assert!(
        cut > Money::ZERO && cut < Money::from_fen(metered),
        "{cut:?} is less than a fen a day and meter"
    );
    let whole = details(stage, MASTER, ResourceDetailQuery::of(Statistic::PerCycle(cycle))).await;
    let summed: Money = whole.records.iter().filter_map(|record| record.item.consume_amount).sum();
    assert_eq!(summed, exact, "the same charges, summed up otherwise");
    let daily = details(stage, MASTER, ResourceDetailQuery::of(Statistic::PerDay(cycle.into()))).await;
    assert!(daily.records.iter().all(|record| record.item.bill_date.is_some_and(|day| cycle.contains(day))));
    assert!(daily.total_count > whole.total_count);
}

async fn resources_are_filtered(stage: &mut Stage, cycle: BillCycle) {
    let days = CycleDays::new(cycle.first_day(), cycle.first_day() + chrono::Days::new(4)).expect("days");
    let reserved = ResourceRecordQuery {
        service_type_code: Some("hws.service.type.ec2".to_owned()),
        charging_mode: Some(ChargingMode::ReservedInstance),
        bill_type: Some(BillType::Usage),
        include_zero: Some(true),
        scope: Some(BillScope::Oneself),
        ..ResourceRecordQuery::of(Statistic::PerDay(When::Days(days)))
    };
    let reserved = records(stage, MASTER, reserved).await;
    assert_eq!(reserved.total_count, Some(5));
    let first = reserved.records[0].item.clone();
    assert_eq!(first.ri_usage, first.usage);
    let one = ResourceRecordQuery {
        resource_id: first.resource_id.clone(),
        region_code: first.region_code.clone(),
        project: first.enterprise_project_id.clone().map(ProjectFilter::Id),
        trade_id: first.trade_id.clone(),
        ..ResourceRecordQuery::of(Statistic::PerCharge(cycle.into()))
    };
    let one = records(stage, MASTER, one).await;
    assert_eq!(one.total_count, Some(1));
    assert_eq!(one.records[0].item.trade_id, first.trade_id);
    let member = ResourceRecordQuery {
        scope: Some(BillScope::Member(stage.domain_id(MEMBER))),
        offset: 1,
        limit: 4,
        ..ResourceRecordQuery::of(Statistic::PerCycle(cycle))
    };
    let member = records(stage, MASTER, member).await;
    assert!(member.records.iter().all(|record| record.item.id.is_none() && record.item.formula.is_none()));
}

async fn details_are_filtered(stage: &mut Stage, cycle: BillCycle) {
    let days = CycleDays::new(cycle.first_day(), cycle.first_day() + chrono::Days::new(2)).expect("days");
    let desktop = ResourceDetailQuery {
        service_type_code: Some("hws.service.type.vdi".to_owned()),
        resource_type_code: Some("hws.resource.type.workspace.desktop".to_owned()),
        charging_mode: Some(ChargingMode::PayPerUse),
        bill_type: Some(BillType::Usage),
        include_zero: Some(false),
        scope: Some(BillScope::Oneself),
        ..ResourceDetailQuery::of(Statistic::PerDay(When::Days(days)))
    };
    let desktop = details(stage, MASTER, desktop).await;
    assert_eq!(desktop.total_count, Some(3));
    let first = desktop.records[0].item.clone();
    assert!(first.sub_resource_id.is_some() && first.is_spot.is_none());
    let one = ResourceDetailQuery {
        region_code: first.region_code.clone(),
        resource_id: first.resource_id.clone(),
        project: first.enterprise_project_id.clone().map(ProjectFilter::Id),
        payer_account_id: Some(stage.domain_id(MASTER)),
        ..ResourceDetailQuery::of(Statistic::PerCharge(When::Days(days)))
    };
    let one = details(stage, MASTER, one).await;
    assert_eq!((one.total_count, one.records[0].item.is_spot.clone()), (Some(3), Some(IsSpot::NotSpot)));
    let member = ResourceDetailQuery {
        scope: Some(BillScope::Member(stage.domain_id(MEMBER))),
        offset: 1,
        limit: 2,
        ..ResourceDetailQuery::of(Statistic::PerCycle(cycle))
    };
    let member = details(stage, MASTER, member).await;
    let payer = stage.domain_id(MASTER);
    assert!(member.records.iter().all(|record| record.item.payer_account_id.as_ref() == Some(&payer)));
    let servers = ResourceDetailQuery {
        service_type_code: Some("hws.service.type.ec2".to_owned()),
        ..ResourceDetailQuery::of(Statistic::PerCharge(When::Days(days)))
    };
    let single = details(stage, MASTER, servers).await;
    let spot = single.records.iter().find(|record| record.item.is_spot == Some(IsSpot::Spot));
    assert!(spot.is_some());
}

/// What is paid is a charge a moment later, a resource's record hours later, and in the sum the day after.
async fn a_payment_is_billed(stage: &mut Stage, cycle: BillCycle) {
    let placed = json!({"account": stage.domain_id(MASTER), "amount": "123.45"});
    let placed = stage.control("POST", "/orders", placed).await;
    let order = placed["order_id"].as_str().expect("an order").to_owned();
    let before = sum(stage, MASTER, sums(cycle)).await;
    let pay = PayOrder::new(order.clone(), Vec::new(), None).expect("a payment");
    stage.done(MASTER, &Write::Pay(pay)).await;
    stage.later(5).await;
    let now = this_cycle(stage).await;
    let of_order = FeeRecordQuery { trade_id: Some(order.clone()), ..FeeRecordQuery::of(now) };
    let charge = charges(stage, MASTER, of_order, Locale::Zh).await;
    assert_eq!(charge.records[0].item.consume_amount, Some(Money::from_fen(12_345)));
    let of_order = || ResourceRecordQuery {
        trade_id: Some(order.clone()),
        ..ResourceRecordQuery::of(Statistic::PerCharge(now.into()))
    };
    assert_eq!(records(stage, MASTER, of_order()).await.total_count, Some(0));
    stage.later(7_200).await;
    let record = records(stage, MASTER, of_order()).await;
    assert_eq!(record.records[0].item.order_id.as_deref(), Some(&*order));
    stage.later(86_400).await;
    let after = sum(stage, MASTER, sums(now)).await;
    assert!(now != cycle || after.consume_amount > before.consume_amount);
    // The newest orders: servers with disks of a combined order.
    let newest = ResourceRecordQuery {
        bill_type: Some(BillType::Purchase),
        ..ResourceRecordQuery::of(Statistic::PerCharge(now.into()))
    };
    let newest = records(stage, MASTER, newest).await;
    assert!(newest.records.iter().any(|record| record.item.relative_order_id.is_some()));
    let newest = ResourceDetailQuery {
        bill_type: Some(BillType::Purchase),
        ..ResourceDetailQuery::of(Statistic::PerCharge(now.into()))
    };
    let newest = details(stage, MASTER, newest).await;
    let attached = newest.records.iter().filter_map(|record| record.item.relations.as_ref());
    let kinds: Vec<_> = attached.flat_map(|relations| &relations.others).map(|r| r.kind.clone()).collect();
    assert!(kinds.contains(&Some(ResourceRelation::Parent)));
}

async fn what_is_used_is_owed_until_it_is_settled(stage: &mut Stage, cycle: BillCycle) {
    let owed =
        FeeRecordQuery { status: Some(BillPayStatus::NotBilledYet), limit: 20, ..FeeRecordQuery::of(cycle) };
    let owed = charges(stage, ORDINARY, owed, Locale::Zh).await;
    assert!(!owed.records.is_empty());
    assert!(owed.records.iter().all(|charge| charge.item.debt_amount == charge.item.consume_amount));
}

async fn percentiles_are_of_the_points(stage: &mut Stage, cycle: BillCycle) {
    for (service, usage_type) in [
        (Usage95Service::Cdn, Usage95Type::Monthly1000),
        (Usage95Service::Vpc, Usage95Type::Enhanced),
        (Usage95Service::Obs, Usage95Type::Bandwidth),
        (Usage95Service::Iec, Usage95Type::Monthly),
    ] {
        let query = UsageQuery { cycle, service, usage_type, offset: 0, limit: 10 };
        let summary = stage
            .read(
                MASTER,
                async |reader| reader.usage_summary(&query, Locale::Zh).await,
                paged("total_count", "summary_usage_info_list"),
            )
            .await;
        assert_eq!(summary.total, 3);
        let first = &summary.items[0].item;
        let resource_id = first.resource_id.clone().expect("an id");
        let mut usage = Vec::new();
        loop {
            let offset = usage.len() as u64;
            let page = UsagePointQuery {
                usage: UsageQuery { offset, limit: 1000, ..query.clone() },
                resource_id: resource_id.clone(),
            };
            let points =
                stage.read(MASTER, async |reader| reader.usage_points(&page, Locale::Zh).await, whole).await;
            assert_eq!(points.band_width, first.band_width);
            usage.extend(points.points.iter().map(|point| point.item.usage.expect("a usage")));
            if usage.len() as u64 >= points.total_count.expect("a count") {
                break;
            }
        }
        usage.sort_unstable();
        usage.reverse();
        assert_eq!(first.band_width, Some(usage[usage.len() / 20]), "a twentieth is left out");
        assert_eq!(
            usage.len(),
            288 * usize::from(cycle.last_day().format("%d").to_string().parse::<u8>().expect("day"))
        );
    }
}

async fn wrong_questions_are_refused(stage: &mut Stage, cycle: BillCycle) {
    let old = BillCycle::new(2018, 12).expect("a cycle");
    stage.refused(MASTER, "CBC.0100", async |reader| reader.monthly_sum(&sums(old)).await).await;
    let stranger = BillScope::Member(stage.domain_id(ORDINARY));
    let stranger = MonthlySumQuery { scope: Some(stranger), ..sums(cycle) };
    stage.refused(MASTER, "CBC.0100", async |reader| reader.monthly_sum(&stranger).await).await;
    let early = ResourceDetailQuery::of(Statistic::PerCycle(old));
    stage.refused(MASTER, "CBC.0100", async |reader| reader.resource_details(&early, Locale::Zh).await).await;
}
