//! Submitting an operation that moves money (P10): the portal's desk with its journal at work, while
//! upstream delays every answer, against one inserted row.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use bss_portal::{
    app::{Parts, Portal},
    bss::transport::HttpWire,
    clock::Clock,
    cloud_accounts::{self, Configured, Credential, Kind, Upstream},
    db,
    i18n::Locale,
    identity::{
        Identity, Settings as IdentitySettings,
        access::{Actor, Role, Scope},
        people::{self, NewPerson},
    },
    money::Money,
    operations::{Intent, Timings, TransKey},
    payments::pay_order::{Expected, PayOrder, Shown},
    state,
    vault::Vault,
};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    Options,
    cluster::{Cluster, Script},
    portal::{Process, VAULT_KEY},
    report::{Asked, Report, median, quantile},
};

/// How long upstream takes for every answer.
const DELAY_MS: u64 = 5_000;

/// Submits payments one after another.
pub(crate) async fn measure(options: &Options, cluster: &Cluster, report: &mut Report) -> Result<()> {
    let mut simulator =
        Process::start(&["simulator", "--orders", "100"], &[], &cluster.directory().join("simulator.log"))?;
    let ready = simulator.ready_line()?;
    delay_answers(ready["control"].as_str().context("the simulator's control plane")?).await?;
    let db = cluster.create("money").await?;
    sqlx::raw_sql(
        "create table one_row (id bigint generated always as identity primary key, body text not null)",
    )
    .execute(&db)
    .await?;
    let (portal, actor) = portal(cluster, &db, &ready).await?;
    let one_row =
        Script { text: "insert into one_row (body) values ('a row');\n".to_owned(), variables: Vec::new() };
    let many = if options.quick { 50 } else { 200 };
    let (mut submits, mut inserts, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.rounds() {
        let mut submitted = Vec::new();
        for _ in 0..many {
            let intent = intent(&actor);
            let begun = Instant::now();
            portal.app().desk.submit(&actor, intent).await?;
            submitted.push(begun.elapsed().as_secs_f64() * 1e6);
        }
        let inserted = cluster.pgbench_times("money", &one_row, many)?;
        ratios.push(quantile(submitted.clone(), 0.95) / quantile(inserted.clone(), 0.95));
        submits.append(&mut submitted);
        inserts.extend(inserted);
    }
    report.add(
        "P10",
        format!(
            "submitting a payment, p95, upstream answering after {} s / one inserted row, p95",
            DELAY_MS / 1_000
        ),
        median(ratios),
        Asked::Most(3.0),
    );
    report.note(format!(
        "submitting a payment: p50 {:.2} ms, p95 {:.2} ms; one row: p50 {:.2} ms, p95 {:.2} ms; both durable on disk",
        median(submits.clone()) / 1e3,
        quantile(submits, 0.95) / 1e3,
        median(inserts.clone()) / 1e3,
        quantile(inserts, 0.95) / 1e3
    ));
    Ok(())
}

async fn delay_answers(control: &str) -> Result<()> {
    let rule = serde_json::json!({ "rules": [{
        "operation": "*",
        "fault": { "kind": "delay", "ms": DELAY_MS },
    }]});
    let answer =
        reqwest::Client::new().post(format!("{control}/faults")).json(&rule).send().await?.error_for_status();
    answer.context("the simulator does not take the fault")?;
    Ok(())
}

/// A whole portal in this process, with its journal at work.
async fn portal(cluster: &Cluster, db: &PgPool, simulator: &serde_json::Value) -> Result<(Portal, Actor)> {
    let clock = Clock::system();
    let vault = Vault::new(&VAULT_KEY.to_owned().into())?;
    let account = &simulator["accounts"][0];
    let text = |name: &str| account[name].as_str().unwrap_or_default().to_owned();
    let endpoint = simulator["endpoint"].as_str().context("the simulator's endpoint")?.parse()?;
    let configured = Configured {
        name: text("name"),
        kind: Kind::Master,
        upstream: Upstream::Custom(endpoint),
        domain_id: Some(text("domain_id")),
        user_name: None,
        identity: None,
        credential: Credential::of_key(text("ak").into(), text("sk").into()),
    };
    cloud_accounts::configure(db, &vault, clock.now(), &[configured]).await?;
    let pool = db::pool(&cluster.url("money").into(), 24)?;
    let parts = Parts {
        db: pool.clone(),
        clock: clock.clone(),
        wire: Arc::new(HttpWire::new(clock.clone())?),
        settings: state::Settings {
            public_url: "http://127.0.0.1:8080/".parse()?,
            zone: chrono_tz::Asia::Shanghai,
            max_data_age: Duration::from_hours(1),
            trusted_proxies: Vec::new(),
            grace_days: 15,
            retention_days: 15,
        },
        vault,
        trans_key: TransKey([7; 32]),
        pepper: None,
        timings: Timings::REAL,
        replicas: 1,
        sync_period: Duration::from_mins(5),
    };
    let portal = Portal::start(parts).await?;
    let account = portal.app().readers.all().first().context("no account")?.id;
    let identity = Identity::new(pool, clock, IdentitySettings::default());
    let new = NewPerson {
        username: "bench-finance".to_owned(),
        role: Role::Finance,
        locale: Locale::default(),
        accounts: vec![account],
        password: Some("a benchmark needs no password".to_owned().into()),
    };
    let (id, _) = people::add(&identity, &new).await?;
    let scope = Scope::of([account]);
    let actor = Actor {
        id,
        username: new.username,
        role: Role::Finance,
        all_accounts: scope.clone(),
        scope,
        locale: Locale::default(),
    };
    Ok((portal, actor))
}

/// The payment of an order that nobody has asked for yet.
fn intent(actor: &Actor) -> Intent {
    let account = actor.scope.accounts()[0];
    let amount: Money = "100.00".parse().unwrap_or_default();
    let form_key = Uuid::new_v4();
    let payment = PayOrder {
        order_id: format!("CS{}", &form_key.simple().to_string()[..15].to_uppercase()),
        coupons: Vec::new(),
        discount: None,
        expected: Expected {
            official: amount,
            after_discount: amount,
            payable: amount,
            from_balance: amount,
        },
        shown: Shown {
            service: "弹性云服务器".to_owned(),
            created_at: Clock::system().now(),
            pay_until: None,
        },
        reason: String::new(),
    };
    Intent::new(account, form_key, &payment)
}
