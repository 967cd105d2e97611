//! What a finance person would do on the page of renewals, done at the door of plans: confirming what is live
//! at the time, and looking at what becomes of it.

use std::{sync::Arc, time::Duration};

use bss_portal::{
    bss::{
        self, Connection, Credentials, Reader, Renewal, Term, Write, Writer,
        limits::Limits,
        prices::RenewalInquiry,
        resources::{Resource, ResourceQuery},
        transport::HttpWire,
    },
    clock::Clock,
    features::resources::{
        ChosenResource, Shown,
        plan::{self, Facts, Made, Named, NewPlan, NewStep, Payment, Price, job::JOB},
    },
    i18n::Locale,
    identity::{
        Identity,
        access::{AccountId, Actor, Role},
        people::{self, NewPerson},
    },
    jobs,
    operations::State,
};
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use crate::support::{Simulator, people::PASSWORD};

/// One month, as every test renews.
const TERM: Term = Term::Months(1);

/// The first account of the simulator, and the finance person.
pub(crate) struct Shop {
    pub(crate) reader: Reader,
    pub(crate) account: AccountId,
    writer: Writer,
    actor: Actor,
    db: PgPool,
    simulator: String,
}

/// A step as the database has it.
#[derive(Debug, FromRow)]
pub(crate) struct StepRow {
    pub(crate) state: String,
    pub(crate) why: String,
    pub(crate) order_id: Option<String>,
    pub(crate) order_form_key: Uuid,
    pub(crate) pay_form_key: Uuid,
}

/// Asks again and again until there is an answer, for as long as a slow machine may need.
pub(crate) async fn patiently<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..600 {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("never happened: {what}");
}

/// The finance person, who may see every account.
pub(crate) async fn add_finance(db: &PgPool) {
    let accounts: Vec<Uuid> =
        sqlx::query_scalar("select id from cloud_account").fetch_all(db).await.expect("accounts");
    let new = NewPerson {
        username: "finance".to_owned(),
        role: Role::Finance,
        locale: Locale::En,
        accounts: accounts.into_iter().map(AccountId).collect(),
        password: Some(PASSWORD.to_owned().into()),
    };
    people::add(&identity(db), &new).await.expect("added");
}

fn identity(db: &PgPool) -> Identity {
    Identity::new(db.clone(), Clock::system(), bss_portal::identity::Settings::default())
}

impl Shop {
    pub(crate) async fn of(db: &PgPool, simulator: &Simulator) -> Self {
        let ready = simulator.ready();
        let account = &ready.accounts[0];
        let id: Uuid = sqlx::query_scalar("select id from cloud_account where name = $1")
            .bind(&account.name)
            .fetch_one(db)
            .await
            .expect("the account");
        let person: Uuid = sqlx::query_scalar("select id from person where username = 'finance'")
            .fetch_one(db)
            .await
            .expect("the person");
        let actor = people::actor(&identity(db), person).await.expect("read").expect("may sign in");
        let clock = Clock::system();
        let (reader, writer) = bss::connect(Connection {
            endpoint: ready.endpoint.parse().expect("an endpoint"),
            credentials: Credentials::of_key(
                account.ak.clone(),
                account.sk.clone().into(),
                Some(account.domain_id.clone()),
            ),
            account: "the person".to_owned(),
            wire: Arc::new(HttpWire::new(clock.clone()).expect("a wire")),
            limits: Limits::new(clock.clone(), 1),
            chance: bss::chance(),
            clock,
        });
        Self {
            reader,
            writer,
            account: AccountId(id),
            actor,
            db: db.clone(),
            simulator: ready.control.clone(),
        }
    }

    /// Lets payments of any amount go through at once.
    pub(crate) async fn nothing_needs_approval(&self) {
        sqlx::query("delete from approval_tier where kind = 'pay_order' and above >= 0")
            .execute(&self.db)
            .await
            .expect("no tiers");
    }

    /// Main resources that can be renewed for a month now.
    pub(crate) async fn renewable(&self, count: usize) -> Vec<Resource> {
        let query = ResourceQuery { only_main: true, ..ResourceQuery::default() };
        let listed = self.reader.resources(&query, Locale::En).await.expect("resources").items;
        let mut found = Vec::new();
        for resource in listed.into_iter().map(|listed| listed.item) {
            if found.len() < count && self.price(&resource.resource_id).await.is_some() {
                found.push(resource);
            }
        }
        assert_eq!(found.len(), count);
        found
    }

    /// What renewing it costs, and the best discount.
    async fn price(&self, id: &str) -> Option<(Price, Option<String>)> {
        let inquiry = RenewalInquiry::new(vec![id.to_owned()], TERM, false).expect("an inquiry");
        let prices = self.reader.renewal_prices(&inquiry).await.ok()?;
        let official = prices.official.as_ref()?.official_website_amount?.rounded();
        let best = prices.best().and_then(|best| Some((best.amount?.rounded(), best.discount_id.clone())));
        let (payable, discount) = best.unwrap_or((official, None));
        Some((Price { official, payable, from_balance: payable }, discount))
    }

    /// The plan that renews these, as it is confirmed now.
    pub(crate) async fn new_plan(&self, resources: &[Resource], pays: bool) -> NewPlan {
        let mut steps = Vec::new();
        for resource in resources {
            let (price, discount) = self.price(&resource.resource_id).await.expect("a price");
            let query = ResourceQuery {
                resource_ids: vec![resource.resource_id.clone()],
                ..ResourceQuery::default()
            };
            let listed = self.reader.resources(&query, Locale::En).await.expect("what is attached").items;
            let attached = listed.into_iter().map(|listed| listed.item.resource_id);
            let expire_time = resource.expire_time.expect("an expiry");
            let chosen = ChosenResource {
                id: resource.resource_id.clone(),
                expire_time,
                attached: attached.filter(|id| *id != resource.resource_id).collect(),
                shown: Shown { name: "web".to_owned(), service: "ECS".to_owned(), region: String::new() },
                amount: None,
            };
            let payment = match discount {
                _ if !pays => Payment::OrderOnly,
                discount => Payment::with(discount),
            };
            let named = Named { chosen, until: expire_time + chrono::TimeDelta::days(31) };
            let facts = Facts { resources: vec![named], term: TERM, price, payment };
            steps.push(NewStep { account: self.account, facts });
        }
        NewPlan { form_key: Uuid::new_v4(), reason: String::new(), steps }
    }

    /// What happens when the person confirms it.
    pub(crate) async fn create(&self, new: &NewPlan) -> Made {
        let made = plan::create(&self.db, &self.actor, new, Clock::system().now()).await.expect("made");
        jobs::wake(&self.db, JOB).await.expect("woken");
        made
    }

    pub(crate) async fn steps(&self, plan: Uuid) -> Vec<StepRow> {
        let steps = "select state, why, order_id, order_form_key, pay_form_key from plan_step where plan_id = $1 order by no";
        sqlx::query_as(steps).bind(plan).fetch_all(&self.db).await.expect("steps")
    }

    /// The steps once the plan has ended.
    pub(crate) async fn ended(&self, plan: Uuid) -> Vec<StepRow> {
        patiently("the plan ends", async || {
            let closed: bool = sqlx::query_scalar("select closed_at is not null from plan where id = $1")
                .bind(plan)
                .fetch_one(&self.db)
                .await
                .expect("the plan");
            if closed { Some(self.steps(plan).await) } else { None }
        })
        .await
    }

    /// State and needed approvals of the operation that a form became.
    pub(crate) async fn operation(&self, form_key: Uuid) -> Option<(State, i16)> {
        let found: Option<(String, i16)> =
            sqlx::query_as("select state, needs_approvals from operation where form_nonce = $1")
                .bind(form_key)
                .fetch_optional(&self.db)
                .await
                .expect("read");
        found.map(|(state, needs)| (state.parse().expect("a state"), needs))
    }

    /// The operation that a form became.
    pub(crate) async fn operation_id(&self, form_key: Uuid) -> Uuid {
        sqlx::query_scalar("select id from operation where form_nonce = $1")
            .bind(form_key)
            .fetch_one(&self.db)
            .await
            .expect("an operation")
    }

    /// Changes a plan in a way that its guard refuses.
    pub(crate) async fn unguarded(&self, change: &'static str, plan: Uuid) {
        let mut tx = self.db.begin().await.expect("a transaction");
        let without = "alter table plan disable trigger plan_guard";
        sqlx::query(without).execute(&mut *tx).await.expect("without its guard");
        sqlx::query(change).bind(plan).execute(&mut *tx).await.expect("changed");
        sqlx::query("alter table plan enable trigger plan_guard").execute(&mut *tx).await.expect("guarded");
        tx.commit().await.expect("committed");
    }

    /// How often an order was paid, and how many requests for it we recorded.
    pub(crate) async fn pays(&self, order: &str) -> (usize, i64) {
        let attempts = sqlx::query_scalar("select count(*) from attempt where pay_order_id = $1")
            .bind(order)
            .fetch_one(&self.db)
            .await
            .expect("a count");
        (self.effects("pay_orders").await.iter().filter(|subject| *subject == order).count(), attempts)
    }

    /// Somebody else orders the renewal of a resource with the account's key.
    pub(crate) async fn order_elsewhere(&self, id: &str) {
        let renewal = Write::Renew(Renewal::new(vec![id.to_owned()], TERM).expect("a renewal"));
        let clock = Clock::system();
        let prepared = self.writer.prepare(&renewal, clock.now());
        let within = Duration::from_secs(20);
        let answer = self.writer.send(prepared, clock.since_boot() + within, within).await;
        assert_eq!(answer.order_ids.len(), 1, "{answer:?}");
    }

    /// How many renewals were ordered so far.
    pub(crate) async fn renewals(&self) -> usize {
        self.effects("renewal_resources").await.len()
    }

    /// What an operation of the simulator acted upon, each time it had an effect.
    async fn effects(&self, operation: &str) -> Vec<String> {
        let url = format!("{}/ledger", self.simulator);
        let answer = reqwest::Client::new().get(url).send().await.expect("an answer");
        let ledger: Vec<serde_json::Value> = answer.json().await.expect("a ledger");
        let those = ledger.iter().filter(|effect| effect["operation"] == operation);
        those.filter_map(|effect| effect["subject"].as_str().map(str::to_owned)).collect()
    }
}
