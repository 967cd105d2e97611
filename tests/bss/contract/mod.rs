//! The contract, from both sides: scenes that call every operation with our client against the simulator,
//! and Huawei's own SDK playing the same scenes on a second simulator, field by field. What a side reads
//! otherwise, lacks, or has and the catalogue has not, is a failure; so is a field that no scene shows.

mod accounts;
mod bills;
mod catalogue;
mod costs;
mod coupons;
mod enterprise;
mod orders;
mod packages;
mod places;
mod prices;
mod products;
mod resources;
mod stage;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use self::stage::{Stage, simulator};
use super::sdk;

/// What the referee found about an operation.
#[derive(Debug, Default, Deserialize)]
struct Found {
    /// Whether some scene calls it.
    played: bool,
    /// Fields of the answer that some scene showed, of those that the catalogue has.
    fields: u32,
    of: u32,
    /// Parameters and fields of the body that were sent, of those that the catalogue has.
    sent: u32,
    sendable: u32,
}

/// Some of the areas alone (`SCENES=orders,prices`), for work on one of them; all of them without it.
fn wanted(area: &str) -> bool {
    std::env::var("SCENES").map_or(true, |areas| areas.split(',').any(|wanted| wanted == area))
}

#[tokio::test(flavor = "multi_thread")]
async fn client_and_sdk_read_the_same_in_every_scene() {
    let mut stage = Stage::new().await;
    macro_rules! play {
        ($($area:ident)+) => {$(if wanted(stringify!($area)) {
            $area::play(&mut stage).await;
        })+};
    }
    play! { products prices places packages coupons accounts bills costs orders resources enterprise }

    let simulated = stage.simulated().await;
    let second = simulator().await;
    let folder = tempfile::tempdir().expect("a folder");
    let trace = folder.path().join("trace.json");
    let known: Vec<_> = bss_portal::bss::catalogue::operations()
        .map(|operation| json!({"id": operation.id, "answer": stage::paths(operation.answer)}))
        .collect();
    let partly = std::env::var_os("SCENES").is_some();
    let text = json!({"ready": second.ready, "steps": stage.steps(), "client": known, "partly": partly});
    std::fs::write(&trace, text.to_string()).expect("written");
    let said = sdk::run("contract.py", trace.to_str().expect("a path")).await;
    let line = said.lines().find_map(|line| line.strip_prefix("FOUND ")).expect("what was found");
    let found: BTreeMap<String, Found> = serde_json::from_str(line).expect("a table");
    if !partly {
        catalogue::table_is_current(&found, &simulated);
    }
}

#[tokio::test]
async fn the_page_of_rules_says_what_the_simulator_does() {
    let running = simulator().await;
    let (rules, settings) = stage::rules(&running).await;
    catalogue::rules_are_current(&rules, &settings);
}
