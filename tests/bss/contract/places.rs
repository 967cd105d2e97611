//! Scenes around places: provinces, their cities, the counties of those.

use bss_portal::bss::places::{CityQuery, CountyQuery, ProvinceQuery};

use super::stage::{MASTER, ORDINARY, Stage, paged};

pub(super) async fn play(stage: &mut Stage) {
    let all = ProvinceQuery::default();
    let provinces =
        stage.read(MASTER, async |reader| reader.provinces(&all).await, paged("count", "provinces")).await;
    assert_eq!((provinces.total, provinces.items.len()), (34, 34));
    let some = ProvinceQuery { offset: 18, limit: 2 };
    let page =
        stage.read(ORDINARY, async |reader| reader.provinces(&some).await, paged("count", "provinces")).await;
    let guangdong = &page.items[0].item;
    assert_eq!((page.total, &*guangdong.code, &*guangdong.name), (34, "440000", "广东省"));

    let of_it = CityQuery { province_code: guangdong.code.clone(), offset: 1, limit: 1 };
    let cities =
        stage.read(MASTER, async |reader| reader.cities(&of_it).await, paged("count", "cities")).await;
    assert_eq!((cities.total, &*cities.items[0].item.name), (6, "深圳市"));
    let of_it = CountyQuery { city_code: cities.items[0].item.code.clone(), offset: 0, limit: 0 };
    let counties =
        stage.read(MASTER, async |reader| reader.counties(&of_it).await, paged("count", "counties")).await;
    assert!(counties.items.iter().any(|county| county.item.name == "南山区"), "{counties:?}");

    let nowhere = CityQuery { province_code: "990000".to_owned(), offset: 0, limit: 0 };
    let none =
        stage.read(MASTER, async |reader| reader.cities(&nowhere).await, paged("count", "cities")).await;
    assert_eq!(none.total, 0);
    let unnamed = CountyQuery { city_code: String::new(), offset: 0, limit: 0 };
    stage.refused(MASTER, "CBC.0101", async |reader| reader.counties(&unnamed).await).await;
}
