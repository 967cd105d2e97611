//! Search (P5): texts of one to twenty characters in both scripts, frequent, rare and absent, against the
//! page's query; both by the execution times that PostgreSQL itself keeps.

use anyhow::{Context, Result};
use sqlx::PgPool;

use crate::{
    Options,
    clients::Client,
    cluster::Cluster,
    portal::Portal,
    report::{Asked, Report, median},
    upstream::RARE,
    world::World,
};

const LONGEST: usize = 20;

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
    for _ in 0..50 {
        client.ask(&portal.request("/orders", ""))?;
    }
    let page = time(&mut client, &portal, "/orders", "with tally%", 50, &world.db).await?;
    let mut tried = Vec::new();
    for (family, text) in texts(&world.db).await? {
        let query: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let path = format!("/orders?q={query}");
        let hit = client.ask(&portal.request(&path, ""))?.text().contains("/orders/CS");
        let took = time(&mut client, &portal, &path, "with walked%", repeats, &world.db).await?;
        tried.push(Tried { family, text, ratio: took / page, hit });
    }
    tried.sort_by(|a, b| b.ratio.total_cmp(&a.ratio));
    let worst = tried.first().context("no texts")?;
    report.add(
        "P5",
        format!(
            "search at {} orders, worst of {} texts (“{}”: {}) / the page's query",
            world.orders,
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
    report.note(format!("the page's query: {page:.3} ms"));
    let mut families: Vec<&str> = tried.iter().map(|tried| tried.family).collect();
    families.sort_unstable();
    families.dedup();
    for family in families {
        let of: Vec<&Tried> = tried.iter().filter(|tried| tried.family == family).collect();
        report.note(format!(
            "search, {family}: worst {:.1} × (“{}”), median {:.1} ×, {} of {} found something",
            of[0].ratio,
            of[0].text,
            median(of.iter().map(|tried| tried.ratio).collect()),
            of.iter().filter(|tried| tried.hit).count(),
            of.len()
        ));
    }
    Ok(())
}

/// The least execution time of a page's statement in milliseconds: others at work on the machine only add
/// to it.
async fn time(
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
async fn texts(db: &PgPool) -> Result<Vec<(&'static str, String)>> {
    // An order nine tenths down the list.
    let old: String = sqlx::query_scalar(
        "select lower(order_id) from orders order by created_at offset (select count(*) / 10 from orders) limit 1",
    )
    .fetch_one(db)
    .await?;
    let mut texts = Vec::new();
    let mut pieces = |family, whole: &str, from_end: bool| {
        let chars: Vec<char> = whole.chars().collect();
        for length in 1..=LONGEST.min(chars.len()) {
            let piece = if from_end { &chars[chars.len() - length..] } else { &chars[..length] };
            texts.push((family, piece.iter().collect::<String>()));
        }
    };
    pieces("frequent, Latin", "elastic cloud server", false);
    pieces("frequent, Chinese", "弹性云服务器", false);
    pieces("less frequent, Chinese", "文档数据库服务", true);
    pieces("end of an old order's id", &old, true);
    pieces("beginning of an old order's id", &old, false);
    pieces("rare and old, Latin", RARE[1], false);
    pieces("rare and old, Latin, from its end", RARE[1], true);
    pieces("rare and old, Chinese", RARE[0], false);
    pieces("rare and old, Chinese, from its end", RARE[0], true);
    pieces("absent, Latin", "zqxjkzvwqqzxjvkqzwxj", false);
    pieces("absent, Chinese", "龘靐齉爩麤灪龖厵滟爨癵驫麣纞虋讟钃鸜麷鞻", false);
    // Made of pieces that almost every order has.
    pieces("absent, of frequent digits", "20240101202402012024", false);
    pieces("absent, of frequent digits, otherwise", "01020304050607080901", true);
    pieces("absent, of frequent characters", "器务服云性弹盘硬云拟虚私有台平商电中", false);
    pieces("absent, of frequent letters", "dserveresticloudvolu", false);
    Ok(texts)
}
