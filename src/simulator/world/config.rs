//! Provinces, cities and counties. They are the same in every world.

use super::super::seed::places::PROVINCES;

/// A province.
pub(crate) struct Province {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) cities: &'static [City],
}

/// A city, or what stands in its place below a province.
pub(crate) struct City {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    /// Code and name.
    pub(crate) counties: &'static [(&'static str, &'static str)],
}

/// All provinces, by code.
pub(crate) fn provinces() -> &'static [Province] {
    PROVINCES
}

/// The cities of a province; none of one that nobody knows.
pub(crate) fn cities(province: &str) -> &'static [City] {
    PROVINCES.iter().find(|known| known.code == province).map_or(&[], |known| known.cities)
}

/// The counties and districts of a city; none of one that nobody knows.
pub(crate) fn counties(city: &str) -> &'static [(&'static str, &'static str)] {
    PROVINCES
        .iter()
        .flat_map(|province| province.cities)
        .find(|known| known.code == city)
        .map_or(&[], |known| known.counties)
}
