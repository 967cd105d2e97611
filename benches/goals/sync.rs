//! Reading orders and resources (P8, P9): the job itself on pages of an instant source, against COPY of the same rows
//! into the same tables, and against Huawei's own SDK.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use bss_portal::{
    bss::{Credentials, orders::OrderQuery, transport::HttpWire},
    clock::Clock,
    features::orders::sync::Source as _,
    i18n::Locale,
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use rustix::time::{ClockId, clock_gettime};

use crate::{
    Options,
    cluster::Cluster,
    kind::Kind,
    portal::Process,
    report::{Asked, Report, median},
    upstream::Pages,
    world::{Reading, World},
};

const PAGE: u64 = 100;
/// Pages asked for at once, as the job does.
const AT_ONCE: usize = 8;
const DETAILS_AT_ONCE: usize = 4;
/// Above this, one load takes so long that there is only one round.
const FEW_ROUNDS: u64 = 100_000;

/// Loads a database of each size, and measures the loads of the largest.
pub(crate) async fn loads(
    options: &Options,
    cluster: &Cluster,
    kind: Kind,
    report: &mut Report,
) -> Result<Vec<World>> {
    let mut worlds = Vec::new();
    let largest = options.sizes.iter().copied().filter(|size| *size <= options.loads).max();
    for &size in &options.sizes {
        let world = World::create(cluster, kind, size, kind.word()).await?;
        if options.wants(&["P8"]) && size <= options.loads {
            let first = world.read_all().await?;
            world.settle().await?;
            let done = measure(options, cluster, &world, first, Some(size) == largest, report).await;
            report.failed("P8", done);
        } else {
            world.fill().await?;
        }
        world.settle().await?;
        worlds.push(world);
    }
    if options.wants(&["P8"]) && kind == Kind::Orders {
        let done = overlap(options, cluster, report).await;
        report.failed("P8", done);
        let done = against_the_sdk(options, cluster, report).await;
        report.failed("P8", done);
    }
    Ok(worlds)
}

async fn measure(
    options: &Options,
    cluster: &Cluster,
    world: &World,
    first: Reading,
    is_goal: bool,
    report: &mut Report,
) -> Result<()> {
    let (kind, size) = (world.kind, world.size);
    let of = format!("{size} {}", kind.word());
    let files = dump(cluster, world)?;
    let mut ratios = vec![copy(cluster, world, &files).await? / first.took.as_secs_f64()];
    let mut firsts = vec![first.took.as_secs_f64()];
    if size < FEW_ROUNDS {
        for _ in 1..options.rounds() {
            let again = World::create(cluster, kind, size, "again").await?;
            let took = again.read_all().await?.took.as_secs_f64();
            again.db.close().await;
            cluster.remove(&again.database).await?;
            ratios.push(copy(cluster, world, &files).await? / took);
            firsts.push(took);
        }
    }
    for file in &files {
        std::fs::remove_file(file)?;
    }
    let unchanged = world.read_all().await?;
    world.upstream.change();
    let changed = world.read_all().await?;
    let asked = |asked| if is_goal { asked } else { Asked::Nothing };
    let n = size as f64;
    let first_took = median(firsts);
    let what = |what: &str| format!("{of}: {what}");
    report.add(
        "P8",
        what("first load / COPY into the same tables with the same indexes, throughput"),
        median(ratios),
        asked(Asked::Least(0.80)),
    );
    report.add("P8", what("read again unchanged: rows written"), unchanged.rows, asked(Asked::Most(0.0)));
    report.add_in(
        " B",
        "P8",
        what("read again unchanged: write-ahead log for each"),
        unchanged.wal / n,
        asked(Asked::Most(1.0)),
    );
    report.add(
        "P8",
        what("read again unchanged / first load, throughput"),
        first_took / unchanged.took.as_secs_f64(),
        asked(Asked::Least(10.0)),
    );
    report.add(
        "P8",
        what("read again, 1 % changed / first load, write-ahead log"),
        changed.wal / first.wal,
        asked(Asked::Most(0.1)),
    );
    report.note(format!(
        "{of}: first load {first_took:.1} s ({:.0} a second, {:.0} B of log each), unchanged {:.1} s, 1 % changed {:.1} s ({:.0} rows written)",
        n / first_took,
        first.wal / n,
        unchanged.took.as_secs_f64(),
        changed.took.as_secs_f64(),
        changed.rows
    ));
    Ok(())
}

fn dump(cluster: &Cluster, world: &World) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for (table, columns) in world.kind.loaded() {
        let file = cluster.directory().join(format!("{table}.copy"));
        cluster.psql(&world.database, &[format!("\\copy {table} ({columns}) to '{}'", file.display())])?;
        files.push(file);
    }
    Ok(files)
}

/// Seconds that COPY takes into new tables.
async fn copy(cluster: &Cluster, world: &World, files: &[PathBuf]) -> Result<f64> {
    let database = format!("copied_{}", world.size);
    cluster.create(&database).await?.close().await;
    let commands: Vec<String> = world
        .kind
        .loaded()
        .iter()
        .zip(files)
        .map(|((table, columns), file)| format!("\\copy {table} ({columns}) from '{}'", file.display()))
        .collect();
    let begun = Instant::now();
    cluster.psql(&database, &commands)?;
    let took = begun.elapsed().as_secs_f64();
    cluster.remove(&database).await?;
    Ok(took)
}

/// Whether pulling hides behind writing, with answers after 20 ms and with answers so slow that pulling
/// alone takes as long as writing alone.
async fn overlap(options: &Options, cluster: &Cluster, report: &mut Report) -> Result<()> {
    let orders = options.sizes.last().copied().unwrap_or_default().min(FEW_ROUNDS / 5);
    let write = fresh(cluster, orders, Duration::ZERO).await?.0;
    let pages = orders.div_ceil(PAGE) as f64;
    let even = Duration::from_secs_f64(write * AT_ONCE as f64 / pages);
    for (delay, asked) in [(Duration::from_millis(20), Asked::Least(0.85)), (even, Asked::Nothing)] {
        let (both, pull) = fresh(cluster, orders, delay).await?;
        report.add(
            "P8",
            format!(
                "{orders} orders, answers after {} ms: slower of pulling and writing alone / both at once",
                delay.as_millis()
            ),
            pull.max(write) / both,
            asked,
        );
        report.note(format!(
            "overlap at {} ms: pulling {pull:.1} s, writing {write:.1} s, both {both:.1} s",
            delay.as_millis()
        ));
    }
    Ok(())
}

/// Seconds of a first load, and of pulling its pages alone.
async fn fresh(cluster: &Cluster, orders: u64, delay: Duration) -> Result<(f64, f64)> {
    let world = World::create(cluster, Kind::Orders, orders, "fresh").await?;
    world.upstream.answer_after(delay);
    let both = world.read_all().await?.took.as_secs_f64();
    let pull = pull(&world, orders).await?;
    world.db.close().await;
    cluster.remove(&world.database).await?;
    Ok((both, pull))
}

/// Seconds that the requests of a first load take when nothing is written: its windows and pages, then
/// what is open, then details of that and of the newest orders.
async fn pull(world: &World, orders: u64) -> Result<f64> {
    let source = &Pages::of(world.upstream.clone(), &Clock::system())?;
    let ids: Vec<String> =
        sqlx::query_scalar("select order_id from orders join order_detail d on d.order_pk = id")
            .fetch_all(&world.db)
            .await?;
    let page = |offset| async move {
        let query = OrderQuery { offset, ..OrderQuery::default() };
        source.orders(&query, Locale::Zh).await.map(drop)
    };
    let begun = Instant::now();
    let done = |()| std::future::ready(Ok(()));
    stream::iter((0..orders).step_by(100)).map(page).buffered(AT_ONCE).try_for_each(done).await?;
    // Four states that are not final, one after another; and a name for each of twelve services.
    for _ in 0..16 {
        page(orders).await?;
    }
    stream::iter(&ids)
        .map(|id| async move { source.order(id, Locale::Zh).await.map(drop) })
        .buffer_unordered(DETAILS_AT_ONCE)
        .try_for_each(done)
        .await?;
    Ok(begun.elapsed().as_secs_f64())
}

/// Processor time per listed order: Huawei's Python SDK against our client, both from the simulator.
async fn against_the_sdk(options: &Options, cluster: &Cluster, report: &mut Report) -> Result<()> {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join(target).join("sdk-venv/bin/python");
    if !python.exists() {
        report.skip("P8", "the SDK is not installed: scripts/sdk-venv.sh");
        return Ok(());
    }
    let orders: u64 = if options.quick { 2_000 } else { 20_000 };
    let count = orders.to_string();
    let mut simulator =
        Process::start(&["simulator", "--orders", &count], &[], &cluster.directory().join("simulator.log"))?;
    let ready = simulator.ready_line()?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/sdk_listing.py");
    let output = Command::new(python).arg(script).arg(ready.to_string()).output()?;
    ensure!(output.status.success(), "the SDK failed: {}", String::from_utf8_lossy(&output.stderr));
    let sdk: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let listed = sdk["orders"].as_u64().context("the SDK's number of orders")?;
    let theirs = sdk["seconds"].as_f64().context("the SDK's time")? / listed as f64;

    let clock = Clock::system();
    let account = &ready["accounts"][0];
    let text = |name: &str| account[name].as_str().unwrap_or_default().to_owned();
    let source = Pages {
        wire: Arc::new(HttpWire::new(clock.clone())?),
        endpoint: ready["endpoint"].as_str().context("the simulator's address")?.parse()?,
        credentials: Credentials::of_key(text("ak"), text("sk").into(), Some(text("domain_id"))),
        clock,
    };
    let cpu = || {
        let spent = clock_gettime(ClockId::ProcessCPUTime);
        spent.tv_sec as f64 + spent.tv_nsec as f64 / 1e9
    };
    // The connection is made before, as is the SDK's.
    source.orders(&OrderQuery::default(), Locale::Zh).await?;
    let before = cpu();
    let mut ours = 0;
    while ours < listed {
        let query = OrderQuery { offset: ours, ..OrderQuery::default() };
        let page = source.orders(&query, Locale::Zh).await?;
        ensure!(!page.items.is_empty(), "the simulator lists fewer orders than before");
        ours += page.items.len() as u64;
    }
    let mine = (cpu() - before) / ours as f64;
    report.add(
        "P8",
        "processor time per listed order, ours / Huawei's Python SDK",
        mine / theirs,
        Asked::Most(0.067),
    );
    report.note(format!(
        "listing {listed} orders: {:.1} µs of processor time each, the SDK {:.0} µs",
        mine * 1e6,
        theirs * 1e6
    ));
    Ok(())
}

/// How much of its rate limit the client uses when it has more to ask (P9).
pub(crate) async fn limit(report: &mut Report) -> Result<()> {
    const CALLS: u32 = 64;
    let clock = Clock::system();
    let source = Pages::of(crate::upstream::Upstream::of(1_000, &clock), &clock)?;
    let reader = source.reader();
    let query = OrderQuery { limit: 1, ..OrderQuery::default() };
    // The first calls of a pause are free.
    for _ in 0..8 {
        reader.orders(&query, Locale::Zh).await?;
    }
    let begun = Instant::now();
    stream::iter(0..CALLS)
        .map(|_| reader.orders(&query, Locale::Zh))
        .buffer_unordered(AT_ONCE)
        .try_for_each(|_| std::future::ready(Ok(())))
        .await?;
    let per_second = f64::from(CALLS) / begun.elapsed().as_secs_f64();
    report.add(
        "P9",
        "calls per second / the portal's own limit, four fifths of the documented 20",
        per_second / 16.0,
        Asked::Least(0.95),
    );
    Ok(())
}
