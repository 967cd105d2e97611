//! `make bench`: measures the goals of speed as ratios within one run, prints them and writes
//! docs/BENCHMARKS.md. Each goal brings its own reference. It is never part of the tests.

#![expect(clippy::cast_precision_loss, reason = "figures for people")]

mod clients;
mod cluster;
mod goals;
mod kind;
mod machine;
mod portal;
mod report;
mod upstream;
mod world;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use clap::Parser;

use crate::{cluster::Cluster, kind::Kind, report::Report, world::World};

/// Measures the portal.
#[derive(Debug, Parser)]
#[command(name = "make bench ARGS=…")]
pub(crate) struct Options {
    /// Numbers of orders and of resources, separated by commas, ascending
    #[arg(long, alias = "orders", value_delimiter = ',', default_value = "10000,100000,1000000")]
    pub(crate) sizes: Vec<u64>,
    /// What there is so many of
    #[arg(long, value_delimiter = ',', default_value = "orders,resources")]
    pub(crate) lists: Vec<Kind>,
    /// Up to how many the first load itself is measured: it is slow, and has to happen twice
    #[arg(long, default_value_t = 100_000)]
    pub(crate) loads: u64,
    /// Short rounds and 10,000 of each at most, to see whether it works
    #[arg(long)]
    pub(crate) quick: bool,
    /// Only these goals, such as P1,P8
    #[arg(long, value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Where to write the report; none with --quick or --only unless given
    #[arg(long)]
    pub(crate) report: Option<PathBuf>,
    /// What cargo passes to every benchmark
    #[arg(long, hide = true)]
    pub(crate) bench: bool,
}

impl Options {
    /// How long one round of load is.
    pub(crate) fn round(&self) -> Duration {
        Duration::from_secs(if self.quick { 1 } else { 3 })
    }

    /// How many rounds a median is taken of.
    pub(crate) fn rounds(&self) -> usize {
        if self.quick { 3 } else { 5 }
    }

    fn wants(&self, goals: &[&str]) -> bool {
        self.only.is_empty() || goals.iter().any(|goal| self.only.iter().any(|only| only == goal))
    }
}

fn main() -> Result<()> {
    let mut options = Options::parse();
    if options.quick {
        options.sizes = vec![options.sizes.first().copied().unwrap_or(10_000).min(10_000)];
    }
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(&options))
}

async fn run(options: &Options) -> Result<()> {
    let cluster = Cluster::start().context("starting PostgreSQL")?;
    let mut report = Report::default();
    println!("{:<4} {:>12}  {:<12} {:<7} what", "goal", "measured", "asked", "met");
    for &kind in &options.lists {
        let worlds = goals::sync::loads(options, &cluster, kind, &mut report).await?;
        match kind {
            Kind::Orders => measure_orders(options, &cluster, &worlds, &mut report).await?,
            Kind::Resources => measure_resources(options, &cluster, &worlds, &mut report).await?,
        }
        for world in worlds {
            world.db.close().await;
            cluster.remove(&world.database).await?;
        }
    }
    if options.wants(&["P9"]) {
        let done = goals::sync::limit(&mut report).await;
        report.failed("P9", done);
    }
    if options.wants(&["P10"]) {
        let done = goals::money::measure(options, &cluster, &mut report).await;
        report.failed("P10", done);
    }
    if options.wants(&["plan"]) {
        let done = goals::planner::measure(options, &mut report);
        report.failed("plan", done);
    }
    drop(cluster);
    let default = (!options.quick && options.only.is_empty())
        .then(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/BENCHMARKS.md"));
    if let Some(path) = options.report.clone().or(default) {
        let sizes: Vec<String> = options.sizes.iter().map(u64::to_string).collect();
        let command = format!("make bench ARGS=\"--sizes {}\"", sizes.join(","));
        report.write(&path, &machine::description(), &command)?;
    }
    Ok(())
}

/// Everything that needs databases of orders. What fails is said in the report, and the rest goes on.
async fn measure_orders(
    options: &Options,
    cluster: &Cluster,
    worlds: &[World],
    report: &mut Report,
) -> Result<()> {
    let largest = worlds.last().context("no sizes were given")?;
    measure_list(options, cluster, worlds, report).await?;
    if options.wants(&["P11", "P12"]) {
        let done = goals::process::measure(options, cluster, largest, report);
        report.failed("P11", done);
    }
    if options.wants(&["P13"]) {
        let done = goals::export::measure(cluster, largest, report);
        report.failed("P13", done);
    }
    Ok(())
}

/// Everything that needs databases of resources.
async fn measure_resources(
    options: &Options,
    cluster: &Cluster,
    worlds: &[World],
    report: &mut Report,
) -> Result<()> {
    let largest = worlds.last().context("no sizes were given")?;
    measure_list(options, cluster, worlds, report).await?;
    if options.wants(&["P3"]) {
        let done = goals::filters::measure(options, cluster, largest, report).await;
        report.failed("P3", done);
    }
    if options.wants(&["P8"]) {
        for world in worlds {
            let done = goals::near::measure(cluster, world, report).await;
            report.failed("P8", done);
        }
    }
    Ok(())
}

/// What both lists are held to.
async fn measure_list(
    options: &Options,
    cluster: &Cluster,
    worlds: &[World],
    report: &mut Report,
) -> Result<()> {
    let largest = worlds.last().context("no sizes were given")?;
    if options.wants(&["P1", "P3", "P4", "P6", "P7"]) {
        let done = goals::list::measure(options, cluster, worlds, report).await;
        report.failed("P1", done);
    }
    if options.wants(&["P5"]) {
        let done = goals::search::measure(options, cluster, largest, report).await;
        report.failed("P5", done);
    }
    Ok(())
}
