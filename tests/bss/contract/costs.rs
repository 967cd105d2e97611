//! Scenes around costs: what a month costs of what was bought for longer, and costs by time and dimension.

use bss_portal::{
    bss::{
        BillCycle,
        bills::{BillScope, FeeRecordQuery, ProjectFilter},
        codes::{BillType, ChargingMode, CostAmountType, CostDimension, CostFilterOperator, CostType},
        costs::{AnalysedCosts, Breakdown, BreakdownQuery, CostFilter, CostGroup, CostQuery, CostTime},
    },
    i18n::Locale,
    money::Money,
};
use serde_json::json;

use super::{
    bills::this_cycle,
    stage::{MASTER, MEMBER, ORDINARY, Stage, whole},
};

pub(super) async fn play(stage: &mut Stage) {
    let last = this_cycle(stage).await.previous();
    a_month_follows_the_other(stage, last).await;
    breakdowns_are_filtered(stage, last).await;
    costs_as_billed_are_the_bills(stage, last).await;
    costs_are_grouped_and_filtered(stage, last).await;
    a_closed_cost_centre_is_told(stage, last).await;
}

async fn breakdown(stage: &mut Stage, query: BreakdownQuery, locale: Locale) -> Breakdown {
    stage.read(MASTER, async |reader| reader.monthly_costs(&query, locale).await, whole).await
}

async fn costs(stage: &mut Stage, query: CostQuery) -> AnalysedCosts {
    stage.read(MASTER, async |reader| reader.costs(&query, Locale::Zh).await, whole).await
}

fn of(amounts: impl IntoIterator<Item = Option<Money>>) -> Money {
    amounts.into_iter().map(|amount| amount.expect("an amount")).sum()
}

async fn a_month_follows_the_other(stage: &mut Stage, cycle: BillCycle) {
    let now = breakdown(stage, BreakdownQuery::of(cycle), Locale::Zh).await;
    let before = breakdown(stage, BreakdownQuery::of(cycle.previous()), Locale::En).await;
    assert!(now.total_count <= Some(1000), "one page holds them all");
    for cost in &now.details {
        let cost = &cost.item;
        let parts = [
            cost.past_months_amortized_amount,
            cost.current_month_amortized_amount,
            cost.future_months_amortized_amount,
        ];
        assert_eq!(cost.consume_amount, Some(of(parts)), "{cost:?}");
        let paid = of([
            cost.amortized_cash_amount,
            cost.amortized_credit_amount,
            cost.amortized_coupon_amount,
            cost.amortized_flexipurchase_coupon_amount,
            cost.amortized_stored_value_card_amount,
            cost.amortized_bonus_amount,
        ]);
        assert_eq!(cost.current_month_amortized_amount, Some(paid), "{cost:?}");
        let same = before.details.iter().map(|cost| &cost.item).find(|other| {
            cost.order_id.is_some()
                && (&other.order_id, &other.resource_id) == (&cost.order_id, &cost.resource_id)
        });
        if let Some(other) = same {
            let until = of([other.past_months_amortized_amount, other.current_month_amortized_amount]);
            assert_eq!(cost.past_months_amortized_amount, Some(until));
        }
    }
    assert!(now.details.iter().any(|cost| cost.item.past_months_amortized_amount > Some(Money::ZERO)));
}

async fn breakdowns_are_filtered(stage: &mut Stage, cycle: BillCycle) {
    let yearly =
        BreakdownQuery { charging_mode: Some(ChargingMode::YearlyMonthly), ..BreakdownQuery::of(cycle) };
    let all = breakdown(stage, yearly, Locale::Zh).await;
    let one = all.details.iter().map(|cost| &cost.item).find(|cost| cost.order_id.is_some());
    let one = one.expect("an order goes on").clone();
    let query = BreakdownQuery {
        service_type_code: one.service_type_code.clone(),
        resource_type_code: one.resource_type_code.clone(),
        region_code: one.region_code.clone(),
        charging_mode: Some(ChargingMode::YearlyMonthly),
        bill_type: one.bill_type,
        resource_id: one.resource_id.clone(),
        resource_name: one.resource_name.clone(),
        project: one.enterprise_project_id.clone().map(ProjectFilter::Id),
        scope: Some(BillScope::Oneself),
        ..BreakdownQuery::of(cycle)
    };
    let found = breakdown(stage, query, Locale::Zh).await;
    assert!(found.total_count >= Some(1));
    assert!(found.details.iter().all(|cost| cost.item.resource_id == one.resource_id));
    let member = BreakdownQuery {
        bill_type: Some(BillType::Usage),
        scope: Some(BillScope::Member(stage.domain_id(MEMBER))),
        offset: 1,
        limit: 3,
        ..BreakdownQuery::of(cycle)
    };
    assert_eq!(breakdown(stage, member, Locale::Zh).await.details.len(), 3);
}

async fn costs_as_billed_are_the_bills(stage: &mut Stage, cycle: BillCycle) {
    let service = || vec![CostGroup::Dimension(CostDimension::CloudServiceType)];
    let months = CostQuery::new(CostTime::Months(cycle, cycle), service()).expect("a question");
    let by_month = costs(stage, months.clone()).await;
    let total = of(by_month.data.iter().map(|data| data.item.amount));
    let query = FeeRecordQuery::of(cycle);
    let charges =
        stage.read(MASTER, async |reader| reader.fee_records(&query, Locale::Zh).await, whole).await;
    assert_eq!(total, of(charges.records.iter().map(|charge| charge.item.consume_amount)));
    let official = of(by_month.data.iter().map(|data| data.item.official_amount));
    assert_eq!(official, of(charges.records.iter().map(|charge| charge.item.official_amount)));

    let days = CostTime::Days(cycle.first_day(), cycle.last_day());
    let by_day = costs(stage, CostQuery::new(days, service()).expect("a question")).await;
    assert_eq!(of(by_day.data.iter().map(|data| data.item.amount)), total);
    for data in &by_day.data {
        let data = &data.item;
        assert_eq!(data.amount, Some(of(data.costs.iter().map(|cost| cost.amount))));
    }
    let net = costs(stage, months.clone().telling(CostType::Original, CostAmountType::Net)).await;
    let vouchers = of(charges.records.iter().map(|charge| charge.item.coupon_amount));
    assert_eq!(of(net.data.iter().map(|data| data.item.amount)) + vouchers, total);

    let spread = costs(stage, months.telling(CostType::Amortised, CostAmountType::Payable)).await;
    let rows = breakdown(stage, BreakdownQuery::of(cycle), Locale::Zh).await;
    let amortised = of(rows.details.iter().map(|cost| cost.item.current_month_amortized_amount));
    assert_eq!(of(spread.data.iter().map(|data| data.item.amount)), amortised);
    let by_day = CostQuery::new(days, service()).expect("a question");
    let by_day = costs(stage, by_day.telling(CostType::Amortised, CostAmountType::Payable)).await;
    assert_eq!(of(by_day.data.iter().map(|data| data.item.amount)), amortised);
}

async fn costs_are_grouped_and_filtered(stage: &mut Stage, cycle: BillCycle) {
    let time = CostTime::Months(cycle.previous(), cycle);
    let groupable = CostDimension::ALL.iter().filter(|dimension| {
        !matches!(dimension, CostDimension::ResourceTag | CostDimension::CostUnit | CostDimension::SplitItem)
    });
    let mut total = None;
    for dimension in groupable {
        let groups = vec![CostGroup::Dimension(dimension.clone())];
        let mut query = CostQuery::new(time, groups).expect("a question");
        query.limit = 1000;
        let answer = costs(stage, query).await;
        let sum = of(answer.data.iter().map(|data| data.item.amount));
        assert_eq!(sum, *total.get_or_insert(sum), "{dimension:?}");
    }
    let groups = vec![CostGroup::Tag("team".to_owned()), CostGroup::CostUnit("business".to_owned())];
    let answer = costs(stage, CostQuery::new(time, groups.clone()).expect("a question")).await;
    assert_eq!(of(answer.data.iter().map(|data| data.item.amount)), total.expect("a sum"));
    let (mut only, mut but) = (Money::ZERO, Money::ZERO);
    for (operator, sum) in [(CostFilterOperator::Only, &mut only), (CostFilterOperator::AllBut, &mut but)] {
        let filter = CostFilter {
            operator,
            dimension: CostDimension::AssociatedAccount,
            values: vec![stage.domain_id(MEMBER)],
        };
        let query = CostQuery::new(time, groups.clone()).expect("a question");
        let mut query = query.filtered(vec![filter]).expect("a filter");
        query.limit = 100;
        let answer = costs(stage, query).await;
        *sum = of(answer.data.iter().map(|data| data.item.amount));
    }
    assert!(only > Money::ZERO && but > Money::ZERO);
    assert_eq!(Some(only + but), total);
}

async fn a_closed_cost_centre_is_told(stage: &mut Stage, cycle: BillCycle) {
    let query = BreakdownQuery::of(cycle);
    let groups = vec![CostGroup::Dimension(CostDimension::RegionCode)];
    let question = CostQuery::new(CostTime::Months(cycle, cycle), groups).expect("a question");
    let closed = "CBC.18000014";
    stage.refused(ORDINARY, closed, async |reader| reader.monthly_costs(&query, Locale::Zh).await).await;
    stage.refused(ORDINARY, closed, async |reader| reader.costs(&question, Locale::Zh).await).await;
    stage.control("POST", "/settings", json!({"ordinary_cost_centre": true})).await;
    let answer = stage.read(ORDINARY, async |reader| reader.costs(&question, Locale::Zh).await, whole).await;
    assert!(!answer.data.is_empty());
    stage.control("POST", "/settings", json!({"ordinary_cost_centre": false})).await;
}
