//! The lists of orders and of resources (P1, P3, P4, P6, P7): whole pages of the real portal against pgbench
//! with the query that the portal itself prepared.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::{
    Options,
    clients::{Client, load},
    cluster::{Cluster, Script},
    kind::Kind,
    portal::Portal,
    report::{Asked, Report, median},
    world::World,
};

const CLIENTS: usize = 16;
/// Rows on a page.
const ROWS: u64 = 50;

/// Figures of one kind over all rounds.
#[derive(Default)]
struct Figures {
    per_second: Vec<f64>,
    p50: Vec<f64>,
    p99: Vec<f64>,
    /// Microseconds per request.
    portal_cpu: Vec<f64>,
    database_cpu: Vec<f64>,
}

impl Figures {
    fn rate(&self) -> f64 {
        median(self.per_second.clone())
    }

    fn cpu(&self) -> f64 {
        median(self.portal_cpu.clone()) + median(self.database_cpu.clone())
    }
}

#[derive(Default)]
struct Table(BTreeMap<String, Figures>);

impl Table {
    fn of(&mut self, name: &str) -> &mut Figures {
        self.0.entry(name.to_owned()).or_default()
    }

    fn load(
        &mut self,
        name: &str,
        cluster: &Cluster,
        at: &Portal,
        page: &Page<'_>,
        length: Duration,
    ) -> Result<()> {
        let request = at.request(page.0, page.1);
        let (portal, database) = (at.cpu(), cluster.cpu());
        let load =
            load(at.address, &request, CLIENTS, length).with_context(|| format!("asking for {}", page.0))?;
        let micros = |spent: f64| spent * 1e6 / load.requests;
        let figures = self.of(name);
        figures.per_second.push(load.per_second);
        figures.p50.push(load.p50);
        figures.p99.push(load.p99);
        figures.portal_cpu.push(micros(at.cpu() - portal));
        figures.database_cpu.push(micros(cluster.cpu() - database));
        Ok(())
    }

    fn rate(&self, name: &str) -> f64 {
        self.0.get(name).map_or(f64::NAN, Figures::rate)
    }

    fn cpu(&self, name: &str) -> f64 {
        self.0.get(name).map_or(f64::NAN, Figures::cpu)
    }

    fn database_cpu(&self, name: &str) -> f64 {
        self.0.get(name).map_or(f64::NAN, |figures| median(figures.database_cpu.clone()))
    }
}

/// Path and more header lines.
struct Page<'a>(&'a str, &'a str);

/// The pages that are compared, in every round.
pub(crate) async fn measure(
    options: &Options,
    cluster: &Cluster,
    worlds: &[World],
    report: &mut Report,
) -> Result<()> {
    let portals: Vec<Portal> = worlds.iter().map(|world| world.portal(cluster)).collect::<Result<_>>()?;
    let (world, portal) = worlds.last().zip(portals.last()).context("no sizes were given")?;
    let list = world.kind.path();
    let far = far_page(world).await?;
    let length = options.round();
    let mut middles = Vec::new();
    for (world, portal) in worlds.iter().zip(&portals) {
        let middle = world.kind.page_after(&world.db, world.kind.count(&world.db).await? / 2).await?;
        // Everything read once, and every connection has prepared its statements.
        for path in [list, &middle] {
            load(portal.address, &portal.request(path, ""), CLIENTS, Duration::from_secs(1))?;
        }
        middles.push(middle);
    }
    load(portal.address, &portal.request(&far.path, ""), CLIENTS, Duration::from_secs(1))?;

    let statement = statement_of_page(portal, world).await?;
    let values = values(world);
    let page = Script::prepared(&statement, &values);
    let page_alone = Script::prepared(&without_tallies(&statement)?, &values);
    let session =
        Script::prepared(&statement_of_session(&world.db).await?, &values_of_session(&world.db).await?);
    let mut table = Table::default();
    for _ in 0..options.rounds() {
        for ((world, portal), middle) in worlds.iter().zip(&portals).zip(&middles) {
            table.load(&format!("first {}", world.size), cluster, portal, &Page(list, ""), length)?;
            table.load(&format!("middle {}", world.size), cluster, portal, &Page(middle, ""), length)?;
        }
        for (name, script) in
            [("pgbench", &page), ("pgbench alone", &page_alone), ("pgbench session", &session)]
        {
            let before = cluster.cpu();
            let rate = cluster.pgbench(&world.database, script, CLIENTS, length)?;
            let spent = (cluster.cpu() - before) * 1e6 / (rate * length.as_secs_f64());
            let figures = table.of(name);
            figures.per_second.push(rate);
            figures.database_cpu.push(spent);
        }
        table.load("far", cluster, portal, &Page(&far.path, ""), length)?;
        table.load("gzip", cluster, portal, &Page(list, "Accept-Encoding: gzip\r\n"), length)?;
        table.load("signed in", cluster, portal, &Page(&format!("{list}/sync"), ""), length)?;
        table.load("nobody", cluster, portal, &Page("/healthz", ""), length)?;
    }
    let counts = statements(portal, world).await?;
    tell(report, &table, worlds, &far, &counts);
    Ok(())
}

fn tell(report: &mut Report, table: &Table, worlds: &[World], far: &Far, counts: &Counts) {
    let kind = worlds[0].kind;
    let of = kind.word();
    // What a page of resources costs beside its query is known, and no goal.
    let asked = |asked| if kind == Kind::Orders { asked } else { Asked::Nothing };
    let sizes: Vec<u64> = worlds.iter().map(|world| world.size).collect();
    let (least, most) = (sizes[0], sizes[sizes.len() - 1]);
    let first = format!("first {most}");
    let rate = |name: &str| table.rate(name);
    report.add(
        "P1",
        format!("{of} list, signed in, {most} {of}, {CLIENTS} clients / pgbench with the page's query"),
        rate(&first) / rate("pgbench"),
        asked(Asked::Least(0.60)),
    );
    report.add(
        "P1",
        "the same, compressed as browsers ask for it",
        rate("gzip") / rate("pgbench"),
        Asked::Nothing,
    );
    report.add(
        "P1",
        "what is left when pgbench runs the session's query too, as each page must",
        rate(&first) / (1.0 / (1.0 / rate("pgbench") + 1.0 / rate("pgbench session"))),
        Asked::Nothing,
    );
    report.add(
        "P3",
        format!("{of}: page {} by cursor / first page, throughput", far.number),
        rate("far") / rate(&first),
        Asked::Least(0.80),
    );
    report.add(
        "P3",
        format!("{of}: page {} by cursor / first page, processor time of the database", far.number),
        table.database_cpu("far") / table.database_cpu(&first),
        Asked::Most(1.1),
    );
    report.add(
        "P3",
        format!("{of}: statements per list page, without the session's"),
        counts.page,
        Asked::Most(1.05),
    );
    report.add(
        "P3",
        format!("{of}: statements per list page for the session"),
        counts.session,
        Asked::Most(1.05),
    );
    report.add(
        "P4",
        format!("{of}: the page's query with tabs' counts / without, in the database alone"),
        rate("pgbench") / rate("pgbench alone"),
        Asked::Nothing,
    );
    // What the tallies cost in the database, taken off the time of a whole page.
    let (page, tallies) = (1.0 / rate(&first), 1.0 / rate("pgbench") - 1.0 / rate("pgbench alone"));
    report.add(
        "P4",
        format!("{of}: list with tabs' counts / without, whole page"),
        (page - tallies) / page,
        Asked::Least(0.80),
    );
    report.add(
        "P6",
        "session, person, rights and scope: share of the page's processor time (portal and database)",
        (table.cpu("signed in") - table.cpu("nobody")) / table.cpu(&first),
        asked(Asked::Most(0.25)),
    );
    for size in &sizes[1..] {
        for page in ["first", "middle"] {
            report.add(
                "P7",
                format!("{page} page at {size} {of} / at {least}"),
                rate(&format!("{page} {size}")) / rate(&format!("{page} {least}")),
                Asked::Least(0.95),
            );
        }
    }
    for (name, figures) in &table.0 {
        report.note(format!(
            "{of}, {name}: {:.0} per second, processor time per request: portal {:.0} µs, database {:.0} µs; p50 {:.1} ms, p99 {:.1} ms",
            figures.rate(),
            median(figures.portal_cpu.clone()),
            median(figures.database_cpu.clone()),
            median(figures.p50.clone()),
            median(figures.p99.clone())
        ));
    }
}

/// A page far from the first.
struct Far {
    number: u64,
    path: String,
}

async fn far_page(world: &World) -> Result<Far> {
    let number = 10_000.min(world.kind.count(&world.db).await? / ROWS);
    Ok(Far { number, path: world.kind.page_after(&world.db, (number - 1) * ROWS).await? })
}

/// The text that the portal sends for its first page, as the database sees it.
pub(crate) async fn statement_of_page(portal: &Portal, world: &World) -> Result<String> {
    for _ in 0..20 {
        portal.get(world.kind.path(), "")?;
        let found: Option<String> = sqlx::query_scalar(
            "select query from pg_stat_activity where datname = $1 and query like 'with tally%' limit 1",
        )
        .bind(&world.database)
        .fetch_optional(&world.db)
        .await?;
        if let Some(found) = found {
            return Ok(found);
        }
    }
    anyhow::bail!("the page's query was not seen in the database")
}

/// The parameters of the first page, as the portal binds them.
fn values(world: &World) -> Vec<Option<String>> {
    let accounts = vec![Some(format!("{{{}}}", world.account))];
    [accounts, world.kind.first_page()].concat()
}

/// The same rows without the tallies of the tabs.
fn without_tallies(statement: &str) -> Result<String> {
    let begin = statement.find("select o.* from unnest").context("the page's query has another shape")?;
    let end = statement.rfind(") as r on true").context("the page's query has another shape")?;
    let order = statement.rfind("order by r.").context("the page's query has another shape")?;
    ensure!(begin < end && end < order, "the page's query has another shape");
    Ok(format!("select r.* from ({}) as r {}", &statement[begin..end], &statement[order..]))
}

async fn statement_of_session(db: &PgPool) -> Result<String> {
    sqlx::query_scalar("select query from pg_stat_statements where query like 'select s.public_id%' limit 1")
        .fetch_optional(db)
        .await?
        .context("the session's query was not seen in the database")
}

async fn values_of_session(db: &PgPool) -> Result<Vec<Option<String>>> {
    let id: String = sqlx::query_scalar(r"select '\x' || encode(id_hash, 'hex') from session limit 1")
        .fetch_one(db)
        .await?;
    let now: DateTime<Utc> = sqlx::query_scalar("select now()").fetch_one(db).await?;
    let idle = now - chrono::TimeDelta::minutes(30);
    Ok(vec![Some(id), Some(now.to_rfc3339()), Some(idle.to_rfc3339())])
}

/// Statements per request.
struct Counts {
    page: f64,
    session: f64,
}

/// Counts what the database is asked while somebody looks at pages.
async fn statements(portal: &Portal, world: &World) -> Result<Counts> {
    const REQUESTS: u32 = 400;
    let mut client = Client::connect(portal.address)?;
    let request = portal.request(world.kind.path(), "");
    sqlx::query("select pg_stat_statements_reset()").execute(&world.db).await?;
    for _ in 0..REQUESTS {
        client.ask(&request)?;
    }
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "select query, calls from pg_stat_statements s join pg_database d on d.oid = s.dbid
         where d.datname = $1 and query not like '%pg_stat_%'",
    )
    .bind(&world.database)
    .fetch_all(&world.db)
    .await?;
    let (session, page): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .partition(|(query, _)| query.starts_with("select s.public_id") || query.contains("update session"));
    let per_request = |rows: Vec<(String, i64)>| {
        rows.iter().map(|(_, calls)| *calls as f64).sum::<f64>() / f64::from(REQUESTS)
    };
    Ok(Counts { page: per_request(page), session: per_request(session) })
}
