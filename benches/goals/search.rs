//! Search (P5): texts of one to twenty characters in both scripts, frequent, rare and absent, against the
//! page's query; both by the execution times that PostgreSQL itself keeps.

use anyhow::{Context, Result};
use sqlx::PgPool;

use crate::{
    Options,
    clients::Client,
    cluster::Cluster,
    kind::Kind,
    portal::Portal,
    report::{Asked, Report, median},
    world::World,
};

const LONGEST: usize = 20;
/// How the statement of a list's page begins.
pub(crate) const PAGE: &str = "with tally%";

/// A text and why it is tried.
struct Tried {
    family: &'static str,
    text: String,
    /// Execution time against the page's query.
    ratio: f64,
    /// Whether something was found.
    hit: bool,
}

/// Tries all texts on the largest database.
pub(crate) async fn measure(
    options: &Options,
    cluster: &Cluster,
    world: &World,
    report: &mut Report,
) -> Result<()> {
    let portal = world.portal(cluster)?;
    let repeats = if options.quick { 2 } else { 3 };
    let mut client = Client::connect(portal.address)?;
    let list = world.kind.path();
    for _ in 0..50 {
        client.ask(&portal.request(list, ""))?;
    }
    let page = time(&mut client, &portal, list, PAGE, 50, &world.db).await?;
    let mut tried = Vec::new();
    for (family, text) in texts(world.kind, &world.db).await? {
        let query: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let path = format!("{list}?q={query}");
        let hit = client.ask(&portal.request(&path, ""))?.text().contains(world.kind.link());
        let took = time(&mut client, &portal, &path, "with walked%", repeats, &world.db).await?;
        tried.push(Tried { family, text, ratio: took / page, hit });
    }
    tried.sort_by(|a, b| b.ratio.total_cmp(&a.ratio));
    let worst = tried.first().context("no texts")?;
    report.add(
        "P5",
        format!(
            "search at {} {}, worst of {} texts (“{}”: {}) / the page's query",
            world.size,
            world.kind.word(),
            tried.len(),
            worst.text,
            worst.family
        ),
        worst.ratio,
        Asked::Most(20.0),
    );
    report.add(
        "P5",
        "median of these texts / the page's query",
        median(tried.iter().map(|tried| tried.ratio).collect()),
        Asked::Nothing,
    );
    let of = world.kind.word();
    report.note(format!("the page's query for {of}: {page:.3} ms"));
    let mut families: Vec<&str> = tried.iter().map(|tried| tried.family).collect();
    families.sort_unstable();
    families.dedup();
    for family in families {
        let those: Vec<&Tried> = tried.iter().filter(|tried| tried.family == family).collect();
        report.note(format!(
            "search for {of}, {family}: worst {:.1} × (“{}”), median {:.1} ×, {} of {} found something",
            those[0].ratio,
            those[0].text,
            median(those.iter().map(|tried| tried.ratio).collect()),
            those.iter().filter(|tried| tried.hit).count(),
            those.len()
        ));
    }
    Ok(())
}

/// The least execution time of a page's statement in milliseconds: others at work on the machine only add
/// to it.
pub(crate) async fn time(
    client: &mut Client,
    portal: &Portal,
    path: &str,
    statement: &str,
    repeats: u32,
    db: &PgPool,
) -> Result<f64> {
    sqlx::query("select pg_stat_statements_reset()").execute(db).await?;
    for _ in 0..repeats {
        client.ask(&portal.request(path, ""))?;
    }
    let least: Option<f64> =
        sqlx::query_scalar("select min(min_exec_time) from pg_stat_statements where query like $1")
            .bind(statement)
            .fetch_one(db)
            .await?;
    least.with_context(|| format!("{path} asked nothing that was expected"))
}

/// What is looked for, with why.
async fn texts(kind: Kind, db: &PgPool) -> Result<Vec<(&'static str, String)>> {
    let late = kind.late(db).await?;
    let mut families = kind.texts();
    families.push(("end of the id of one that is far down", &late, true));
    families.push(("beginning of the id of one that is far down", &late, false));
    let mut texts = Vec::new();
    for (family, whole, from_end) in families {
        let chars: Vec<char> = whole.chars().collect();
        for length in 1..=LONGEST.min(chars.len()) {
            let piece = if from_end { &chars[chars.len() - length..] } else { &chars[..length] };
            texts.push((family, piece.iter().collect::<String>()));
        }
    }
    Ok(texts)
}
