//! The simulator's resources as tests of their pages need them: read with a reader of the test's own, and put
//! into the portal's tables without waiting for its jobs.

use std::{collections::HashMap, sync::Arc};

use bss_portal::{
    bss::{
        self, Connection, Credentials, Reader,
        codes::{OrderStatus, OrderType},
        limits::Limits,
        orders::OrderQuery,
        resources::{Resource, ResourceQuery},
        transport::HttpWire,
    },
    clock::Clock,
    features::resources::refund::Orders,
    i18n::Locale,
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::support::{Portal, Simulator, eventually};

/// What reads the simulator's first account.
pub(crate) fn reader_of(simulator: &Simulator) -> Reader {
    let ready = simulator.ready();
    let account = &ready.accounts[0];
    let clock = Clock::system();
    let (reader, _) = bss::connect(Connection {
        endpoint: ready.endpoint.parse().expect("an endpoint"),
        credentials: Credentials::of_key(
            account.ak.clone(),
            account.sk.clone().into(),
            Some(account.domain_id.clone()),
        ),
        account: "the test".to_owned(),
        wire: Arc::new(HttpWire::new(clock.clone()).expect("a wire")),
        limits: Limits::new(clock.clone(), 1),
        chance: bss::chance(),
        clock,
    });
    reader
}

/// All resources of the first account.
pub(crate) async fn all_of(reader: &Reader) -> Vec<Resource> {
    let mut found = Vec::new();
    let mut pages = reader.pages((ResourceQuery::default(), Locale::En));
    while let Some(page) = pages.next().await {
        found.extend(page.expect("resources").into_iter().map(|listed| listed.item));
    }
    found
}

/// The complete orders that bought or renewed resources, of one service or of all, and which.
pub(crate) async fn orders_of(reader: &Reader, service: Option<&str>) -> Orders {
    let mut orders = Orders::default();
    let query = OrderQuery {
        status: Some(OrderStatus::Completed),
        service_type_code: service.map(str::to_owned),
        ..OrderQuery::default()
    };
    let mut pages = reader.order_pages(query, Locale::En);
    while let Some(page) = pages.next().await {
        for order in page.expect("orders").into_iter().map(|listed| listed.item) {
            if matches!(order.order_type, OrderType::Unsubscription | OrderType::Change) {
                continue;
            }
            let id = order.order_id;
            let query = ResourceQuery { order_id: Some(id.clone()), ..ResourceQuery::default() };
            let about = reader.resources(&query, Locale::En).await.expect("resources").items;
            if about.is_empty() {
                continue;
            }
            orders.counts.insert(id.clone(), i64::try_from(about.len()).expect("few"));
            orders.of.extend(about.into_iter().map(|listed| (listed.item.resource_id, id.clone())));
            orders.read.insert(id.clone(), reader.order(&id, Locale::En).await.expect("the order"));
        }
    }
    orders
}

/// Puts these resources and their orders into the portal's tables, as far as they are not there.
pub(crate) async fn put(portal: &Portal, resources: &[Resource], orders: &Orders) {
    let account = portal.accounts[&portal.simulator.ready().accounts[0].name].0;
    let mut db = eventually("a connection", async || portal.db.acquire().await.ok()).await;
    for one in resources {
        put_one(&mut db, account, one).await;
    }
    for (resource, order) in &orders.of {
        sqlx::query("insert into resource_order (account_id, resource_id, order_id) values ($1, $2, $3) on conflict do nothing")
            .bind(account)
            .bind(resource)
            .bind(order)
            .execute(&mut *db)
            .await
            .expect("stored");
    }
}

async fn put_one(db: &mut PgConnection, account: Uuid, one: &Resource) {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    sqlx::query(
        "insert into resources (account_id, resource_id, name, service_type_code, service_name_zh, service_name_en,
             resource_type_code, type_name_zh, type_name_en, region_code, project_id, project_name, spec_code, spec,
             status, expire_policy, is_main, parent_id, effective_at, expires_at, search, digest)
         values ($1, $2, $3, $4, $5, $5, $6, $7, $7, $8, '0', '', '', $9, $10, 0, $11, $12, $13, $14, $3,
                 '00000000-0000-0000-0000-000000000000')
         on conflict do nothing",
    )
    .bind(account)
    .bind(&one.resource_id)
    .bind(text(&one.resource_name))
    .bind(text(&one.service_type_code))
    .bind(text(&one.service_type_name))
    .bind(text(&one.resource_type_code))
    .bind(text(&one.resource_type_name))
    .bind(text(&one.region_code))
    .bind(text(&one.product_spec_desc))
    .bind(i16::try_from(one.status.code()).expect("a code"))
    .bind(one.is_main.unwrap_or(true))
    .bind(&one.parent_resource_id)
    .bind(one.effective_time)
    .bind(one.expire_time)
    .execute(db)
    .await
    .expect("stored");
}

/// Main resources with what is attached to each.
pub(crate) fn groups(resources: &[Resource]) -> Vec<(Resource, Vec<Resource>)> {
    let mut attached: HashMap<&str, Vec<Resource>> = HashMap::new();
    for one in resources {
        if let Some(parent) = &one.parent_resource_id {
            attached.entry(parent).or_default().push(one.clone());
        }
    }
    let mains = resources.iter().filter(|one| one.parent_resource_id.is_none());
    mains.map(|main| (main.clone(), attached.remove(main.resource_id.as_str()).unwrap_or_default())).collect()
}
