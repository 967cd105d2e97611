//! The dictionaries of products: service and resource types, usage types and specs (api-oce, 产品). Units and
//! how they convert are in `products/units.rs`. They are the same for every account and change seldom.

use super::{
    Error, Listed, Page, Reader,
    pages::{Listing, page_size},
    read::{Ask, ReadOperation},
    record::{Record, record},
};
use crate::i18n::Locale;

mod specs;
mod units;

pub use self::{
    specs::{ResourceSpec, ResourceSpecs, SPECS_PER_PAGE, SoldBy, SpecQuery},
    units::{Conversion, Conversions, MeasureUnit, Ratio},
};

/// The most rows that one page of a dictionary holds; the documentation gives no maximum, 100 is what others
/// take.
pub const TYPES_PER_PAGE: u32 = 100;

pub(super) const OPERATIONS: &[&ReadOperation] =
    &[&SERVICES, &RESOURCES, &SERVICE_RESOURCES, &USAGE, &units::UNITS, &units::CONVERSIONS, &specs::SPECS];

const SERVICES: ReadOperation = ReadOperation {
    id: "list_service_types",
    method: "GET",
    path: "/v2/products/service-types",
    per_second: 10,
    answer: ServicesAnswer::FIELDS,
};
const RESOURCES: ReadOperation = ReadOperation {
    id: "list_resource_types",
    method: "GET",
    path: "/v2/products/resource-types",
    per_second: 10,
    answer: ResourcesAnswer::FIELDS,
};
const SERVICE_RESOURCES: ReadOperation = ReadOperation {
    id: "list_service_resources",
    method: "GET",
    path: "/v2/products/service-resources",
    per_second: 10,
    answer: ServiceResourcesAnswer::FIELDS,
};
const USAGE: ReadOperation = ReadOperation {
    id: "list_usage_types",
    method: "GET",
    path: "/v2/products/usage-types",
    per_second: 10,
    answer: UsageAnswer::FIELDS,
};

/// Which service types to list. The marketplace is none of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceTypeQuery {
    /// Only those with this text, of 1 to 128 characters, anywhere in their name in the language asked for.
    pub name_part: Option<String>,
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`TYPES_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

/// Which resource types to list: all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ResourceTypeQuery {
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`TYPES_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

/// Of which service to list the resource types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceResourceQuery {
    /// The service type's code.
    pub service_type_code: String,
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`TYPES_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

/// Which usage types to list. What is `None` filters nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsageTypeQuery {
    /// Those of this resource type.
    pub resource_type_code: Option<String>,
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`TYPES_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

record! {
    /// A cloud service.
    pub struct ServiceType {
        /// What people call it, in the language asked for.
        pub service_type_name: Option<String>,
        /// Its code, such as `hws.service.type.ec2`.
        pub service_type_code: String,
        /// What it is called for short, such as `ECS`.
        pub abbreviation: Option<String>,
    }

    /// A kind of resource of a service.
    pub struct ResourceType {
        /// Its code, such as `hws.resource.type.vm`.
        pub resource_type_code: String,
        /// What people call it, in the language asked for.
        pub resource_type_name: Option<String>,
        /// What it is.
        pub resource_type_desc: Option<String>,
        /// The service that it belongs to.
        pub service_type_code: Option<String>,
    }

    /// A kind of resource, as the list of one service has it.
    pub struct ServiceResource {
        /// All that is said of it.
        pub basic_info: Option<ResourceBasics>,
    }

    /// What is said of a kind of resource.
    pub struct ResourceBasics {
        /// Its code.
        pub resource_type_code: String,
        /// The service that it belongs to.
        pub product_owner_service: Option<String>,
        /// What people call it, in the language asked for.
        pub name: Option<String>,
        /// What it is.
        pub description: Option<String>,
    }

    /// Something by which use is counted.
    pub struct UsageType {
        /// Its code, which an inquiry names as usage factor.
        pub code: String,
        /// What people call it, in the language asked for.
        pub name: Option<String>,
        /// The kind of resource that is used.
        pub resource_type_code: Option<String>,
        /// The service that it belongs to.
        pub service_type_code: Option<String>,
        /// The name of that kind of resource.
        pub resource_type_name: Option<String>,
        /// The name of that service.
        pub service_type_name: Option<String>,
    }
}

record! {
    struct ServicesAnswer {
        total_count: Option<u64>,
        service_types: Vec<Listed<ServiceType>>,
    }

    struct ResourcesAnswer {
        total_count: Option<u64>,
        resource_types: Vec<Listed<ResourceType>>,
    }

    struct ServiceResourcesAnswer {
        total_count: Option<u64>,
        infos: Vec<Listed<ServiceResource>>,
    }

    struct UsageAnswer {
        total_count: Option<u64>,
        usage_types: Vec<Listed<UsageType>>,
    }
}

impl Reader {
    /// One page of the service types (`list_service_types`, 查询云服务类型列表).
    pub async fn service_types(
        &self,
        query: &ServiceTypeQuery,
        locale: Locale,
    ) -> Result<Page<Listed<ServiceType>>, Error> {
        let limit = page_size(query.limit, TYPES_PER_PAGE);
        let ask = Ask::of(&SERVICES).with("service_type_name", query.name_part.as_deref());
        let answer: ServicesAnswer = self.ask(paged(ask, query.offset, limit).in_language(locale)).await?;
        Ok(Page::of(&SERVICES, answer.service_types, answer.total_count, query.offset, limit))
    }

    /// One page of the resource types of all services (`list_resource_types`, 查询资源类型列表).
    pub async fn resource_types(
        &self,
        query: &ResourceTypeQuery,
        locale: Locale,
    ) -> Result<Page<Listed<ResourceType>>, Error> {
        let limit = page_size(query.limit, TYPES_PER_PAGE);
        let ask = paged(Ask::of(&RESOURCES), query.offset, limit);
        let answer: ResourcesAnswer = self.ask(ask.in_language(locale)).await?;
        Ok(Page::of(&RESOURCES, answer.resource_types, answer.total_count, query.offset, limit))
    }

    /// One page of the resource types of a service (`list_service_resources`, 根据云服务类型查询资源类型列表);
    /// none of a service that BSS does not know.
    pub async fn service_resources(
        &self,
        query: &ServiceResourceQuery,
        locale: Locale,
    ) -> Result<Page<Listed<ServiceResource>>, Error> {
        let limit = page_size(query.limit, TYPES_PER_PAGE);
        let ask = Ask::of(&SERVICE_RESOURCES).with("service_type_code", Some(&query.service_type_code));
        let ask = paged(ask, query.offset, limit).in_language(locale);
        let answer: ServiceResourcesAnswer = self.ask(ask).await?;
        Ok(Page::of(&SERVICE_RESOURCES, answer.infos, answer.total_count, query.offset, limit))
    }

    /// One page of the usage types (`list_usage_types`, 查询使用量类型列表).
    pub async fn usage_types(
        &self,
        query: &UsageTypeQuery,
        locale: Locale,
    ) -> Result<Page<Listed<UsageType>>, Error> {
        let limit = page_size(query.limit, TYPES_PER_PAGE);
        let ask = Ask::of(&USAGE).with("resource_type_code", query.resource_type_code.as_deref());
        let answer: UsageAnswer = self.ask(paged(ask, query.offset, limit).in_language(locale)).await?;
        Ok(Page::of(&USAGE, answer.usage_types, answer.total_count, query.offset, limit))
    }
}

fn paged(ask: Ask, offset: u64, limit: u32) -> Ask {
    ask.with("offset", Some(offset)).with("limit", Some(limit))
}

impl Listing for (ServiceTypeQuery, Locale) {
    type Item = Listed<ServiceType>;
    const OPERATION: &'static str = SERVICES.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        reader.service_types(&ServiceTypeQuery { offset, ..self.0.clone() }, self.1).await
    }

    fn key(service: &Self::Item) -> Option<String> {
        Some(service.item.service_type_code.clone())
    }
}

impl Listing for (ResourceTypeQuery, Locale) {
    type Item = Listed<ResourceType>;
    const OPERATION: &'static str = RESOURCES.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        reader.resource_types(&ResourceTypeQuery { offset, ..self.0 }, self.1).await
    }

    fn key(resource: &Self::Item) -> Option<String> {
        let service = resource.item.service_type_code.as_deref().unwrap_or_default();
        Some(format!("{service} {}", resource.item.resource_type_code))
    }
}

impl Listing for (ServiceResourceQuery, Locale) {
    type Item = Listed<ServiceResource>;
    const OPERATION: &'static str = SERVICE_RESOURCES.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        reader.service_resources(&ServiceResourceQuery { offset, ..self.0.clone() }, self.1).await
    }

    fn key(resource: &Self::Item) -> Option<String> {
        resource.item.basic_info.as_ref().map(|basics| basics.resource_type_code.clone())
    }
}

impl Listing for (UsageTypeQuery, Locale) {
    type Item = Listed<UsageType>;
    const OPERATION: &'static str = USAGE.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        reader.usage_types(&UsageTypeQuery { offset, ..self.0.clone() }, self.1).await
    }

    fn key(usage: &Self::Item) -> Option<String> {
        let of = |code: &Option<String>| code.clone().unwrap_or_default();
        let UsageType { code, resource_type_code, service_type_code, .. } = &usage.item;
        Some(format!("{} {} {code}", of(service_type_code), of(resource_type_code)))
    }
}
