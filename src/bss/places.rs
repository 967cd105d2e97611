//! Provinces, cities and counties of China, as addresses name them (api-oce, 查询省份信息, 查询城市信息,
//! 查询区县信息). Their names are Chinese in every language.

use super::{
    Error, Listed, Page, Reader,
    pages::{Listing, page_size},
    read::{Ask, ReadOperation},
    record::{Record, record},
};
use crate::i18n::Locale;

/// The most places that one page holds.
pub const PLACES_PER_PAGE: u32 = 1000;

pub(super) const OPERATIONS: &[&ReadOperation] = &[&PROVINCES, &CITIES, &COUNTIES];

const PROVINCES: ReadOperation = ReadOperation {
    id: "list_provinces",
    method: "GET",
    path: "/v2/systems/configs/provinces",
    per_second: 10,
    answer: ProvincesAnswer::FIELDS,
};
const CITIES: ReadOperation = ReadOperation {
    id: "list_cities",
    method: "GET",
    path: "/v2/systems/configs/cities",
    per_second: 10,
    answer: CitiesAnswer::FIELDS,
};
const COUNTIES: ReadOperation = ReadOperation {
    id: "list_counties",
    method: "GET",
    path: "/v2/systems/configs/counties",
    per_second: 10,
    answer: CountiesAnswer::FIELDS,
};

/// Which provinces to list: a page of all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProvinceQuery {
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`PLACES_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

/// Which cities to list. A province that nobody knows has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CityQuery {
    /// The province, by its code.
    pub province_code: String,
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`PLACES_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

/// Which counties and districts to list. A city that nobody knows has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountyQuery {
    /// The city, by its code.
    pub city_code: String,
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`PLACES_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

record! {
    /// A province, a city or a county.
    pub struct Place {
        /// Its code, by which what lies in it is found.
        pub code: String,
        /// Its name, Chinese.
        pub name: String,
    }

    struct ProvincesAnswer {
        count: Option<u64>,
        provinces: Vec<Listed<Place>>,
    }

    struct CitiesAnswer {
        count: Option<u64>,
        cities: Vec<Listed<Place>>,
    }

    struct CountiesAnswer {
        count: Option<u64>,
        counties: Vec<Listed<Place>>,
    }
}

impl Reader {
    /// One page of the provinces (`list_provinces`).
    pub async fn provinces(&self, query: &ProvinceQuery) -> Result<Page<Listed<Place>>, Error> {
        let limit = page_size(query.limit, PLACES_PER_PAGE);
        let answer: ProvincesAnswer = self.ask(page(Ask::of(&PROVINCES), query.offset, limit)).await?;
        Ok(Page::of(&PROVINCES, answer.provinces, answer.count, query.offset, limit))
    }

    /// One page of the cities of a province (`list_cities`).
    pub async fn cities(&self, query: &CityQuery) -> Result<Page<Listed<Place>>, Error> {
        let limit = page_size(query.limit, PLACES_PER_PAGE);
        let ask = Ask::of(&CITIES).with("province_code", Some(&query.province_code));
        let answer: CitiesAnswer = self.ask(page(ask, query.offset, limit)).await?;
        Ok(Page::of(&CITIES, answer.cities, answer.count, query.offset, limit))
    }

    /// One page of the counties and districts of a city (`list_counties`).
    pub async fn counties(&self, query: &CountyQuery) -> Result<Page<Listed<Place>>, Error> {
        let limit = page_size(query.limit, PLACES_PER_PAGE);
        let ask = Ask::of(&COUNTIES).with("city_code", Some(&query.city_code));
        let answer: CountiesAnswer = self.ask(page(ask, query.offset, limit)).await?;
        Ok(Page::of(&COUNTIES, answer.counties, answer.count, query.offset, limit))
    }
}

/// A page, in the only language that there is.
fn page(ask: Ask, offset: u64, limit: u32) -> Ask {
    ask.with("offset", Some(offset)).with("limit", Some(limit)).in_language(Locale::Zh)
}

impl Listing for ProvinceQuery {
    type Item = Listed<Place>;
    const OPERATION: &'static str = PROVINCES.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        reader.provinces(&Self { offset, ..self.clone() }).await
    }

    fn key(place: &Self::Item) -> Option<String> {
        Some(place.item.code.clone())
    }
}

impl Listing for CityQuery {
    type Item = Listed<Place>;
    const OPERATION: &'static str = CITIES.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        reader.cities(&Self { offset, ..self.clone() }).await
    }

    fn key(place: &Self::Item) -> Option<String> {
        Some(place.item.code.clone())
    }
}

impl Listing for CountyQuery {
    type Item = Listed<Place>;
    const OPERATION: &'static str = COUNTIES.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        reader.counties(&Self { offset, ..self.clone() }).await
    }

    fn key(place: &Self::Item) -> Option<String> {
        Some(place.item.code.clone())
    }
}
