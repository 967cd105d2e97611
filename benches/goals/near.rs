//! What is near its end, which is read again and again: the reading between two walks, and the numbers on the
//! chips of the list of resources.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::{
    clients::Client,
    cluster::Cluster,
    goals::search::{PAGE, time},
    report::{Asked, Report},
    world::World,
};

/// Reads once more what has been walked through, and looks at the list.
pub(crate) async fn measure(cluster: &Cluster, world: &World, report: &mut Report) -> Result<()> {
    let of = format!("{} {}", world.size, world.kind.word());
    sqlx::query("select pg_stat_statements_reset()").execute(&world.db).await?;
    let asked_before = world.upstream.asked();
    let reading = world.read().await?;
    let asked = world.upstream.asked() - asked_before;
    let statement: Option<f64> = sqlx::query_scalar(
        "select min(min_exec_time) from pg_stat_statements where query like '%expires_at between%'",
    )
    .fetch_one(&world.db)
    .await?;
    report.add(
        "P8",
        format!("{of}, the reading between two walks: rows written"),
        reading.rows,
        Asked::Most(0.0),
    );
    report.note(format!(
        "{of}: the reading between two walks takes {:.2} s with {asked} answers from upstream; what expires soon is found in {:.1} ms",
        reading.took.as_secs_f64(),
        statement.context("what expires soon was not asked for")?
    ));
    let portal = world.portal(cluster)?;
    let mut client = Client::connect(portal.address)?;
    let list = world.kind.path();
    let page = time(&mut client, &portal, list, PAGE, 50, &world.db).await?;
    // What was seen of a scope is kept for two seconds.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let chips = time(&mut client, &portal, list, "select tab as%", 1, &world.db).await?;
    report.add_in(
        " ms",
        "P4",
        format!("{of}: the numbers on the chips, counted every two seconds at most"),
        chips,
        Asked::Nothing,
    );
    report.note(format!("{of}: the page's query {page:.3} ms, the chips' {chips:.1} ms"));
    Ok(())
}
