//! The process and what it sends (P11, P12): memory, start, and the bytes of a first visit.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::PermissionsExt as _,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use crate::{
    Options,
    clients::load,
    cluster::Cluster,
    machine,
    portal::{Portal, Process},
    report::{Asked, Report, median},
    world::World,
};

const MEBI: f64 = 1024.0;
/// As a browser asks.
const BROWSER: &str = "Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: zh-CN\r\n";

/// Starts, loads and looks at portals.
pub(crate) fn measure(
    options: &Options,
    cluster: &Cluster,
    world: &World,
    report: &mut Report,
) -> Result<()> {
    let mut starts = Vec::new();
    for _ in 0..options.rounds() {
        starts.push(world.portal(cluster)?.ready_after.as_secs_f64());
    }
    report.add_in(
        " s",
        "P11",
        "from start to ready, with an existing database",
        median(starts),
        Asked::Most(1.0),
    );
    let portal = world.portal(cluster)?;
    std::thread::sleep(Duration::from_secs(3));
    report.add_in(
        " MiB",
        "P11",
        "memory when idle",
        machine::memory(portal.pid(), "VmRSS") / MEBI,
        Asked::Most(40.0),
    );
    load(portal.address, &portal.request("/orders", BROWSER), 64, options.round() * 2)
        .with_context(|| portal.log_tail())?;
    report.add_in(
        " MiB",
        "P11",
        "most memory under 64 clients that read compressed pages",
        machine::memory(portal.pid(), "VmHWM") / MEBI,
        Asked::Most(128.0),
    );
    visit(&portal, report)?;
    demo(cluster, report)
}

/// Follows what the page loads.
fn visit(portal: &Portal, report: &mut Report) -> Result<()> {
    let page = portal.get("/orders", BROWSER)?;
    ensure!(page.status == 200, "the list of orders answers {}", page.status);
    let html = portal.get("/orders", "")?.text();
    let mut assets = BTreeSet::new();
    for start in ["href=\"/assets/", "src=\"/assets/"] {
        for (at, found) in html.match_indices(start) {
            let url = &html[at + found.len() - "/assets/".len()..];
            assets.extend(url.split(['"', '#']).next().map(str::to_owned));
        }
    }
    let mut parts = vec![("the page".to_owned(), page.bytes)];
    let mut styles = 0;
    for asset in &assets {
        let answer = portal.get(asset, BROWSER)?;
        ensure!(answer.status == 200, "{asset} answers {}", answer.status);
        styles += usize::from(answer.header("content-type").is_some_and(|kind| kind.starts_with("text/css")));
        parts.push((asset.rsplit('/').next().unwrap_or(asset).to_owned(), answer.bytes));
    }
    let head = html.split("</head>").next().unwrap_or_default();
    let blocking = head.match_indices("<script").filter(|(at, _)| {
        let tag = head[*at..].split('>').next().unwrap_or_default();
        !tag.contains(" defer") && !tag.contains(" async") && !tag.contains("type=\"module\"")
    });
    let total: usize = parts.iter().map(|(_, bytes)| bytes).sum();
    report.add_in(
        " kB",
        "P12",
        "first visit, everything over the wire",
        total as f64 / 1e3,
        Asked::Most(100.0),
    );
    let change = portal.get("/orders?status=5", &format!("{BROWSER}HX-Request: true\r\n"))?;
    ensure!(change.status == 200, "a filter change answers {}", change.status);
    report.add_in(" kB", "P12", "a filter change, fifty rows", change.bytes as f64 / 1e3, Asked::Most(8.0));
    report.add("P12", "style sheets that block rendering", styles as f64, Asked::Most(1.0));
    report.add("P12", "scripts that block rendering", blocking.count() as f64, Asked::Most(0.0));
    let parts: Vec<String> =
        parts.iter().map(|(name, bytes)| format!("{name} {:.1} kB", *bytes as f64 / 1e3)).collect();
    report.note(format!(
        "first visit: {}; the page uncompressed {:.1} kB",
        parts.join(", "),
        html.len() as f64 / 1e3
    ));
    Ok(())
}

/// From the built program to a portal that can be used.
fn demo(cluster: &Cluster, report: &mut Report) -> Result<()> {
    let data = cluster.directory().join("demo");
    fs::create_dir_all(&data)?;
    fs::set_permissions(&data, fs::Permissions::from_mode(0o755))?;
    let place = data.to_string_lossy().into_owned();
    let begun = Instant::now();
    let mut demo = Process::start(
        &["demo", "--data", &place, "--listen", "127.0.0.1:0", "--metrics-listen", "off"],
        &[],
        &cluster.directory().join("demo.log"),
    )?;
    let line = demo.ready_line().context("the demo's line")?;
    report.add_in(
        " s",
        "P11",
        "demo, from a built program to its ready line",
        begun.elapsed().as_secs_f64(),
        Asked::Most(15.0),
    );
    ensure!(line.get("url").is_some(), "the demo says no address");
    Ok(())
}
