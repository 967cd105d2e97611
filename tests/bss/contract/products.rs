//! Scenes around the dictionaries of products, and the client's conversions against the whole of them.

use bss_portal::{
    bss::{
        codes::MeasureType,
        products::{
            Conversions, ResourceTypeQuery, ServiceResourceQuery, ServiceTypeQuery, SoldBy, SpecQuery,
            UsageTypeQuery,
        },
    },
    i18n::Locale,
};
use rust_decimal::Decimal;

use super::stage::{MASTER, ORDINARY, Stage, listed, paged, whole};

const ECS: &str = "hws.service.type.ec2";
const VM: &str = "hws.resource.type.vm";

pub(super) async fn play(stage: &mut Stage) {
    services(stage).await;
    resources(stage).await;
    usage(stage).await;
    specs(stage).await;
    units(stage).await;
}

async fn services(stage: &mut Stage) {
    let all = ServiceTypeQuery::default();
    let page = stage
        .read(
            MASTER,
            async |reader| reader.service_types(&all, Locale::Zh).await,
            paged("total_count", "service_types"),
        )
        .await;
    assert_eq!(page.items.len() as u64, page.total);
    assert!(page.items.iter().any(|listed| listed.item.service_type_code == ECS));
    let elastic = ServiceTypeQuery { name_part: Some("elastic".to_owned()), offset: 1, limit: 2 };
    let page = stage
        .read(
            ORDINARY,
            async |reader| reader.service_types(&elastic, Locale::En).await,
            paged("total_count", "service_types"),
        )
        .await;
    assert!(page.total >= 3 && page.items.len() == 2);
    let names = page.items.iter().map(|listed| listed.item.service_type_name.clone().expect("a name"));
    assert!(names.into_iter().all(|name| name.contains("Elastic")));
    let wrong = ServiceTypeQuery { name_part: Some(String::new()), ..all };
    stage.refused(MASTER, "CBC.0100", async |reader| reader.service_types(&wrong, Locale::Zh).await).await;
}

async fn resources(stage: &mut Stage) {
    let query = ResourceTypeQuery { offset: 2, limit: 5 };
    for locale in [Locale::Zh, Locale::En] {
        let page = stage
            .read(
                MASTER,
                async |reader| reader.resource_types(&query, locale).await,
                paged("total_count", "resource_types"),
            )
            .await;
        assert!(page.items.len() == 5 && page.total > 20);
    }
    let vpc =
        ServiceResourceQuery { service_type_code: "hws.service.type.vpc".to_owned(), offset: 0, limit: 0 };
    let page = stage
        .read(
            MASTER,
            async |reader| reader.service_resources(&vpc, Locale::Zh).await,
            paged("total_count", "infos"),
        )
        .await;
    assert_eq!(page.total, 2, "bandwidth and addresses");
    let nobody = ServiceResourceQuery { service_type_code: "hws.service.type.none".to_owned(), ..vpc };
    let page = stage
        .read(
            MASTER,
            async |reader| reader.service_resources(&nobody, Locale::En).await,
            paged("total_count", "infos"),
        )
        .await;
    assert_eq!(page.total, 0);
}

async fn usage(stage: &mut Stage) {
    let of_bandwidth = UsageTypeQuery {
        resource_type_code: Some("hws.resource.type.bandwidth".to_owned()),
        offset: 0,
        limit: 10,
    };
    let page = stage
        .read(
            MASTER,
            async |reader| reader.usage_types(&of_bandwidth, Locale::En).await,
            paged("total_count", "usage_types"),
        )
        .await;
    assert!(page.items.iter().any(|listed| listed.item.code == "upflow"));
    let nothing = UsageTypeQuery { resource_type_code: Some(String::new()), ..UsageTypeQuery::default() };
    let page = stage
        .read(
            MASTER,
            async |reader| reader.usage_types(&nothing, Locale::Zh).await,
            paged("total_count", "usage_types"),
        )
        .await;
    assert_eq!(page.total, 0, "an empty text filters on the empty text");
}

async fn specs(stage: &mut Stage) {
    let query = SpecQuery {
        service_type: ECS.to_owned(),
        resource_type: VM.to_owned(),
        region: "cn-north-4".to_owned(),
        sold: SoldBy::Use,
        spec: None,
        limit: 3,
    };
    let mut marker = None;
    let mut seen = Vec::new();
    loop {
        let page = stage
            .read(
                MASTER,
                async |reader| reader.resource_specs(&query, marker.as_deref(), Locale::Zh).await,
                whole,
            )
            .await;
        seen.extend(page.specs.iter().map(|listed| listed.item.resource_spec.clone()));
        marker = page.next_marker().map(str::to_owned);
        if marker.is_none() {
            break;
        }
    }
    assert!(seen.len() > 6, "{seen:?}");
    let reader = stage.reader(MASTER);
    let all = reader.all_resource_specs(&query, Locale::Zh).await.expect("specs");
    assert_eq!(all.iter().map(|listed| listed.item.resource_spec.clone()).collect::<Vec<_>>(), seen);
    let one = SpecQuery { sold: SoldBy::Term, spec: Some("C7.LARGE.2.LINUX".to_owned()), limit: 0, ..query };
    let page =
        stage.read(MASTER, async |reader| reader.resource_specs(&one, None, Locale::En).await, whole).await;
    assert_eq!(page.specs.len(), 1);
    stage
        .refused(MASTER, "CBC.0100", async |reader| {
            reader.resource_specs(&one, Some("0000000100000000"), Locale::Zh).await
        })
        .await;
}

async fn units(stage: &mut Stage) {
    for locale in [Locale::Zh, Locale::En] {
        let units = stage
            .read(MASTER, async |reader| reader.measure_units(locale).await, listed("measure_units"))
            .await;
        assert!(units.iter().any(|unit| unit.measure_id == 17));
    }
    let traffic = stage
        .read(
            MASTER,
            async |reader| reader.conversions(Some(MeasureType::Traffic), Locale::Zh).await,
            listed("conversions"),
        )
        .await;
    assert!(traffic.iter().all(|row| row.measure_type == Some(MeasureType::Traffic)));
    stage
        .refused(MASTER, "CBC.0100", async |reader| {
            reader.conversions(Some(MeasureType::Length), Locale::Zh).await
        })
        .await;
    let all = stage
        .read(ORDINARY, async |reader| reader.conversions(None, Locale::En).await, listed("conversions"))
        .await;
    let dictionary = Conversions::new(&all);
    for row in &all {
        let ratio = dictionary.ratio(row.measure_id, row.ref_measure_id).expect("it is listed");
        assert_eq!(ratio.exactly(Decimal::ONE), Some(Decimal::from(row.conversion_ratio)));
        for value in [Decimal::ONE, Decimal::new(12_345, 2), Decimal::from(7)] {
            let there = ratio.exactly(value).expect("a whole number of times");
            assert_eq!(ratio.back().exactly(there), Some(value.normalize()), "{row:?}");
        }
    }
}
