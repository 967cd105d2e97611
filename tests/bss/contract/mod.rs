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

use std::collections::{BTreeMap, BTreeSet};

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

/// Plays the scenes of all areas that are wanted.
async fn play(stage: &mut Stage) {
    macro_rules! play {
        ($($area:ident)+) => {$(if wanted(stringify!($area)) {
            $area::play(stage).await;
        })+};
    }
    play! { products prices places packages coupons accounts bills costs orders resources enterprise }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_world_that_is_made_anew_from_its_file_answers_every_question_as_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("simulator.jsonl");
    let mut stage = Stage::remembered(file.clone()).await;
    play(&mut stage).await;
    let questions = stage.questions();
    let mut before = Vec::new();
    for question in &questions {
        before.push(stage.asked_again(question).await);
    }
    drop(stage);
    let stage = Stage::remembered(file).await;
    for (question, before) in questions.iter().zip(before) {
        assert_eq!(stage.asked_again(question).await, before, "{question:?}");
    }
    let asked: BTreeSet<_> = questions.iter().map(|question| question.operation).collect();
    let reads = bss_portal::bss::catalogue::operations().filter(|operation| !operation.writes);
    let left_out: Vec<_> = reads.map(|operation| operation.id).filter(|id| !asked.contains(id)).collect();
    assert!(std::env::var_os("SCENES").is_some() || left_out.is_empty(), "{left_out:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn client_and_sdk_read_the_same_in_every_scene() {
    let mut stage = Stage::new().await;
    play(&mut stage).await;

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
