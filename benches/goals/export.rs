//! Exports (P13): every order as a file, against psql's own copy of the same columns.

use std::time::Instant;

use anyhow::Result;

use crate::{
    clients::{Client, download},
    cluster::Cluster,
    machine,
    report::{Asked, Report},
    world::World,
};

/// The columns of a row of the list.
const COLUMNS: &str = "order_id, account_id, status, order_type, service_name_zh, service_name_en, payable, official, \
                       created_at, paid_at, pay_until, user_name, project_name, sub_orders, for_member, expires_at";

/// Exports the largest database, as far as the portal offers it.
pub(crate) fn measure(cluster: &Cluster, world: &World, report: &mut Report) -> Result<()> {
    let portal = world.portal(cluster)?;
    let probe = portal.get("/orders/export.csv?created_from=2000-01-01&created_to=2000-01-02", "")?;
    if probe.status != 200 {
        report.skip("P13", "exports are not part of this version");
        return Ok(());
    }
    let file = cluster.directory().join("copied.csv");
    let copy = format!(
        "\\copy (select {COLUMNS} from orders order by created_at desc, id desc) to '{}' with (format csv)",
        file.display()
    );
    let begun = Instant::now();
    cluster.psql(&world.database, &[copy])?;
    let copied = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    let csv = download(&mut Client::connect(portal.address)?, &portal.request("/orders/export.csv", ""))?;
    let took = begun.elapsed().as_secs_f64();
    report.add(
        "P13",
        format!("{} orders to CSV / psql's \\copy, throughput", world.size),
        copied / took,
        Asked::Least(0.5),
    );
    report.note(format!("CSV: {:.1} MB in {took:.1} s; psql {copied:.1} s", csv as f64 / 1e6));
    let xlsx = download(&mut Client::connect(portal.address)?, &portal.request("/orders/export.xlsx", ""))?;
    report.add_in(
        " MiB",
        "P13",
        format!("most memory of the portal during exports to CSV and XLSX ({:.1} MB)", xlsx as f64 / 1e6),
        machine::memory(portal.pid(), "VmHWM") / 1024.0,
        Asked::Most(128.0),
    );
    Ok(())
}
