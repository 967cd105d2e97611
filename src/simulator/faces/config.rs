//! `list_provinces`, `list_cities` and `list_counties`. Names are Chinese in every language.

use serde::Serialize;

use super::{Answer, Call, Operation};
use crate::simulator::world::{Refusal, World, config};

/// The most places of a page.
const MOST: i64 = 1_000;

/// What is asked here.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        id: "list_provinces",
        method: "GET",
        path: "/v2/systems/configs/provinces",
        rate: 10,
        answer: provinces,
    },
    Operation {
        id: "list_cities",
        method: "GET",
        path: "/v2/systems/configs/cities",
        rate: 10,
        answer: cities,
    },
    Operation {
        id: "list_counties",
        method: "GET",
        path: "/v2/systems/configs/counties",
        rate: 10,
        answer: counties,
    },
];

#[derive(Serialize)]
struct Place {
    code: &'static str,
    name: &'static str,
}

#[derive(Serialize)]
struct Provinces {
    count: usize,
    provinces: Vec<Place>,
}

#[derive(Serialize)]
struct Cities {
    count: usize,
    cities: Vec<Place>,
}

#[derive(Serialize)]
struct Counties {
    count: usize,
    counties: Vec<Place>,
}

/// `GET /v2/systems/configs/provinces`
fn provinces(_: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.query.only(&["offset", "limit"])?;
    let (offset, limit) = call.query.page(MOST)?;
    let all = config::provinces();
    let page = all.iter().skip(offset).take(limit);
    let provinces = page.map(|province| Place { code: province.code, name: province.name });
    Answer::json(&Provinces { count: all.len(), provinces: provinces.collect() })
}

/// `GET /v2/systems/configs/cities`
fn cities(_: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.query.only(&["province_code", "offset", "limit"])?;
    let all = config::cities(call.query.required("province_code")?);
    let (offset, limit) = call.query.page(MOST)?;
    let page = all.iter().skip(offset).take(limit);
    let cities = page.map(|city| Place { code: city.code, name: city.name });
    Answer::json(&Cities { count: all.len(), cities: cities.collect() })
}

/// `GET /v2/systems/configs/counties`
fn counties(_: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.query.only(&["city_code", "offset", "limit"])?;
    let all = config::counties(call.query.required("city_code")?);
    let (offset, limit) = call.query.page(MOST)?;
    let page = all.iter().skip(offset).take(limit);
    let counties = page.map(|(code, name)| Place { code, name });
    Answer::json(&Counties { count: all.len(), counties: counties.collect() })
}
