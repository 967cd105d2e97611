//! The specs in which a resource type can be had (`list_resource_specs`, 查询云服务类型资源规格). They are paged
//! by a marker and not by counting. Huawei does not say whether customers may ask for them.

use std::collections::HashSet;

use serde::Serialize;

use super::super::{
    Error, Listed, Reader,
    pages::page_size,
    read::{Ask, ReadOperation},
    record::{Record, record},
};
use crate::i18n::Locale;

/// The most specs that one page holds.
pub const SPECS_PER_PAGE: u32 = 100;

pub(super) const SPECS: ReadOperation = ReadOperation {
    id: "list_resource_specs",
    method: "POST",
    path: "/v2/products/resource-specs-query",
    per_second: 10,
    answer: ResourceSpecs::FIELDS,
};

/// Of what to list the specs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecQuery {
    /// The service type's code.
    pub service_type: String,
    /// The resource type's code.
    pub resource_type: String,
    /// The region.
    pub region: String,
    /// How it is sold.
    pub sold: SoldBy,
    /// This spec alone.
    pub spec: Option<String>,
    /// How many to give, at most [`SPECS_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

/// How something is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoldBy {
    /// Yearly or monthly.
    Term,
    /// Pay-per-use.
    Use,
}

impl SoldBy {
    /// The code on the wire, a string here.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Term => "1",
            Self::Use => "3",
        }
    }
}

#[derive(Serialize)]
struct SpecsBody<'a> {
    cloud_service_type: &'a str,
    resource_type: &'a str,
    region_code: &'a str,
    charge_mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    filters: Option<[Filter<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<&'a str>,
    limit: u32,
}

#[derive(Serialize)]
struct Filter<'a> {
    key: &'static str,
    value: &'a str,
}

record! {
    /// One page of specs.
    pub struct ResourceSpecs {
        /// Where the next page is.
        page_info: Option<PageInfo>,
        /// The specs.
        pub specs: Vec<Listed<ResourceSpec>> = "cloud_service_basics",
    }

    struct PageInfo {
        next_marker: Option<String>,
    }

    /// A spec that an inquiry can name.
    pub struct ResourceSpec {
        /// The service type's code.
        pub cloud_service_type: Option<String>,
        /// The service's name in the language asked for.
        pub cloud_service_type_name: Option<String>,
        /// The resource type's code.
        pub resource_type: Option<String>,
        /// That type's name.
        pub resource_type_name: Option<String>,
        /// The spec's code.
        pub resource_spec: String,
        /// What people call it.
        pub resource_spec_name: Option<String>,
        /// `1` yearly or monthly, `3` pay-per-use.
        pub charge_mode: Option<String>,
        /// The region.
        pub region_code: Option<String>,
    }
}

impl ResourceSpecs {
    /// What the next page is asked for by; `None` on the last one.
    pub fn next_marker(&self) -> Option<&str> {
        self.page_info.as_ref()?.next_marker.as_deref()
    }
}

impl Reader {
    /// The page of specs at a marker of the page before, the first one without it.
    pub async fn resource_specs(
        &self,
        query: &SpecQuery,
        marker: Option<&str>,
        locale: Locale,
    ) -> Result<ResourceSpecs, Error> {
        let body = SpecsBody {
            cloud_service_type: &query.service_type,
            resource_type: &query.resource_type,
            region_code: &query.region,
            charge_mode: query.sold.code(),
            filters: query.spec.as_deref().map(|value| [Filter { key: "RESOURCE_SPEC", value }]),
            marker,
            limit: page_size(query.limit, SPECS_PER_PAGE),
        };
        self.ask(Ask::of(&SPECS).saying(&body).in_language(locale)).await
    }

    /// All specs that match, page by page. A marker that comes back ends them.
    pub async fn all_resource_specs(
        &self,
        query: &SpecQuery,
        locale: Locale,
    ) -> Result<Vec<Listed<ResourceSpec>>, Error> {
        let mut found = Vec::new();
        let mut markers = HashSet::new();
        let mut marker: Option<String> = None;
        loop {
            let page = self.resource_specs(query, marker.as_deref(), locale).await?;
            marker = page.next_marker().map(str::to_owned);
            found.extend(page.specs);
            match &marker {
                Some(next) if markers.insert(next.clone()) => {}
                _ => return Ok(found),
            }
        }
    }
}
