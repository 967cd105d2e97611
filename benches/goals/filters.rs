//! Filters of the list of resources (P3): the statement of each filter's page against that of the whole list,
//! by the execution times that PostgreSQL itself keeps.

use anyhow::{Result, ensure};

use crate::{
    Options,
    clients::Client,
    cluster::Cluster,
    goals::search::{PAGE, time},
    report::{Asked, Report},
    world::World,
};

/// Each filter that is offered by itself: it has its index.
const SINGLE: [&str; 20] = [
    "policy=manual",
    "policy=auto",
    "policy=pay-per-use",
    "policy=none",
    "due=1",
    "due=7",
    "due=30",
    "due=grace",
    "due=retention",
    "service=hws.service.type.ec2",
    "service=hws.service.type.nat",
    "type=hws.resource.type.vm",
    "type=hws.resource.type.nat",
    "region=cn-north-4",
    "region=ap-southeast-1",
    "project=00000000000000000000000000000002",
    "pending=shown",
    "sort=-expiry",
    "service=absent",
    "region=absent",
];
/// Several at once, of which one index serves one. The last find little or nothing.
const TOGETHER: [&str; 8] = [
    "policy=auto&service=hws.service.type.ec2",
    "policy=auto&region=cn-north-4&due=30",
    "service=hws.service.type.ec2&project=00000000000000000000000000000001",
    "policy=none&due=7&sort=-expiry",
    "due=retention&policy=pay-per-use&region=cn-south-1",
    "service=hws.service.type.nat&region=ap-southeast-1",
    "region=ap-southeast-1&policy=none&project=00000000000000000000000000000003",
    "type=hws.resource.type.vm&service=hws.service.type.ebs",
];

/// Asks for all of them.
pub(crate) fn paths() -> impl Iterator<Item = (bool, &'static str)> {
    SINGLE.into_iter().map(|filter| (true, filter)).chain(TOGETHER.into_iter().map(|filter| (false, filter)))
}

/// Times every filter on a database of resources.
pub(crate) async fn measure(
    options: &Options,
    cluster: &Cluster,
    world: &World,
    report: &mut Report,
) -> Result<()> {
    let portal = world.portal(cluster)?;
    let mut client = Client::connect(portal.address)?;
    let repeats = if options.quick { 3 } else { 10 };
    let list = world.kind.path();
    let page = time(&mut client, &portal, list, PAGE, 50, &world.db).await?;
    let (mut single, mut together) = (Vec::new(), Vec::new());
    for (alone, filter) in paths() {
        let path = format!("{list}?{filter}");
        let answer = client.ask(&portal.request(&path, ""))?;
        ensure!(answer.status == 200, "{path} answers {}", answer.status);
        let took = time(&mut client, &portal, &path, PAGE, repeats, &world.db).await?;
        let rows = answer.text().matches("data-open-row").count();
        if alone { &mut single } else { &mut together }.push((took / page, filter, rows));
    }
    for (what, mut tried, asked) in [
        ("each filter by itself", single, Asked::Most(2.0)),
        ("several filters at once", together, Asked::Nothing),
    ] {
        tried.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (worst, filter, _) = tried[0];
        report.add(
            "P3",
            format!(
                "{} {}, {what}: worst of {} (“{filter}”) / the page's query",
                world.size,
                world.kind.word(),
                tried.len()
            ),
            worst,
            asked,
        );
        let each: Vec<String> = tried
            .iter()
            .map(|(ratio, filter, rows)| format!("{filter} {ratio:.2} × ({rows} rows)"))
            .collect();
        report.note(format!("{what}: {}", each.join(", ")));
    }
    Ok(())
}
