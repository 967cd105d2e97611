//! Yearly/monthly resources as BSS lists them (api-oce, 查询客户包年/包月资源列表). The listing is a
//! question with a body; it changes nothing.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;

use super::{
    Error, Listed, Page, Reader,
    codes::{ExpirePolicy, ListedRoles, ResourceStatus},
    orders::{EnterpriseProject, Window},
    pages::{Listing, page_size},
    read::{Ask, ReadOperation, stamp},
    record::{Record, record},
};
use crate::i18n::Locale;

/// The most resources that one page holds.
pub const RESOURCES_PER_PAGE: u32 = 500;
/// The most resources that can be asked about by their ids.
pub const MAX_IDS: usize = 50;

pub(super) const OPERATIONS: &[&ReadOperation] = &[&QUERY];

// The id says pay-per-use and the path is misspelt; both are Huawei's.
const QUERY: ReadOperation = ReadOperation {
    id: "list_pay_per_use_customer_resources",
    method: "POST",
    path: "/v2/orders/suscriptions/resources/query",
    per_second: 10,
    answer: QueryAnswer::FIELDS,
};

/// Which resources to list. What is `None` or empty filters nothing and is not sent. BSS lists only what
/// has been provided, and not what has been released.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResourceQuery {
    /// These and, unless `only_main`, what is attached to them; at most [`MAX_IDS`].
    pub resource_ids: Vec<String>,
    /// Those of this order.
    pub order_id: Option<String>,
    /// Without attached resources, but for those that `resource_ids` names.
    pub only_main: bool,
    /// In one of these states.
    pub statuses: Vec<ResourceStatus>,
    /// Expiring within, both ends included.
    pub expires: Option<Window>,
    /// Of this service.
    pub service_type_code: Option<String>,
    /// How many to skip.
    pub offset: u64,
    /// How many to give, at most [`RESOURCES_PER_PAGE`]; that many when 0.
    pub limit: u32,
}

#[derive(Serialize)]
struct QueryBody<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    resource_ids: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<&'a str>,
    only_main_resource: ListedRoles,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    status_list: &'a [ResourceStatus],
    offset: u64,
    limit: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_time_begin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_time_end: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_type_code: Option<&'a str>,
}

record! {
    /// A yearly/monthly resource.
    pub struct Resource {
        /// The id by which BSS itself knows it; no operation takes it.
        pub internal_id: Option<String> = "id",
        /// Its own id, as its service gives it; for a server, the server's.
        pub resource_id: String,
        /// What people call it.
        pub resource_name: Option<String>,
        /// The region.
        pub region_code: Option<String>,
        /// The service.
        pub service_type_code: Option<String>,
        /// The name of the service in the language asked for.
        pub service_type_name: Option<String>,
        /// The type of the resource.
        pub resource_type_code: Option<String>,
        /// The name of that type.
        pub resource_type_name: Option<String>,
        /// Its specification as price inquiries take it, such as `s2.small.1.linux`.
        pub resource_spec_code: Option<String>,
        /// The account's project in its region.
        pub project_id: Option<String>,
        /// The product that was bought.
        pub product_id: Option<String>,
        /// What it is, for people.
        pub product_spec_desc: Option<String>,
        /// The resource that it is attached to.
        pub parent_resource_id: Option<String>,
        /// Whether it can be renewed and unsubscribed by itself.
        pub is_main: Option<bool> = "is_main_resource",
        /// Where it is in its life.
        pub status: ResourceStatus,
        /// Since when it can be used.
        pub effective_time: Option<DateTime<Utc>>,
        /// Until when it is paid for.
        pub expire_time: Option<DateTime<Utc>>,
        /// What happens then.
        pub expire_policy: Option<ExpirePolicy>,
        /// The size of a linear product, such as a disk or a bandwidth.
        pub spec_size: Option<Decimal>,
        /// The unit of that size; 17 is GB, 15 Mbit/s.
        pub spec_size_measure_id: Option<i32>,
        /// When something about it changed last.
        pub update_time: Option<DateTime<Utc>>,
        /// Its enterprise project.
        pub enterprise_project: Option<EnterpriseProject>,
    }
}

record! {
    struct QueryAnswer {
        total_count: Option<u64>,
        data: Vec<Listed<Resource>>,
    }
}

impl Reader {
    /// One page of yearly/monthly resources (`list_pay_per_use_customer_resources`).
    pub async fn resources(
        &self,
        query: &ResourceQuery,
        locale: Locale,
    ) -> Result<Page<Listed<Resource>>, Error> {
        let limit = page_size(query.limit, RESOURCES_PER_PAGE);
        let body = QueryBody {
            resource_ids: &query.resource_ids,
            order_id: query.order_id.as_deref().filter(|id| !id.is_empty()),
            only_main_resource: if query.only_main {
                ListedRoles::OnlyMain
            } else {
                ListedRoles::MainAndAttached
            },
            status_list: &query.statuses,
            offset: query.offset,
            limit,
            expire_time_begin: query.expires.map(|window| stamp(window.from)),
            expire_time_end: query.expires.map(|window| stamp(window.to)),
            service_type_code: query.service_type_code.as_deref().filter(|code| !code.is_empty()),
        };
        let ask = Ask::of(&QUERY).saying(&body).in_language(locale);
        let answer: QueryAnswer = self.ask(ask).await?;
        Ok(Page::of(&QUERY, answer.data, answer.total_count, query.offset, limit))
    }

    /// The resource with this id; `None` when BSS lists none, as after it was released.
    pub async fn resource(
        &self,
        resource_id: &str,
        locale: Locale,
    ) -> Result<Option<Listed<Resource>>, Error> {
        let query = ResourceQuery {
            resource_ids: vec![resource_id.to_owned()],
            only_main: true,
            ..Default::default()
        };
        let page = self.resources(&query, locale).await?;
        let another = page.items.iter().find(|listed| listed.item.resource_id != resource_id);
        if let Some(another) = another {
            return Err(Error::about_another(QUERY.id, resource_id, &another.item.resource_id));
        }
        Ok(page.items.into_iter().next())
    }
}

impl Listing for (ResourceQuery, Locale) {
    type Item = Listed<Resource>;
    const OPERATION: &'static str = QUERY.id;

    async fn page(&self, reader: &Reader, offset: u64) -> Result<Page<Self::Item>, Error> {
        reader.resources(&ResourceQuery { offset, ..self.0.clone() }, self.1).await
    }

    fn key(resource: &Self::Item) -> Option<String> {
        Some(resource.item.resource_id.clone())
    }
}
