//! Provinces, cities and counties.
