//! The simulator under Huawei's own Python SDK: what the SDK cannot read or sign, the simulator
//! has wrong. It needs Python 3 with venv, and the package index the first time.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use bss_portal::{
    clock::Clock,
    simulator::{self, Options, ReadyLine},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The interpreter that has the SDK, made by the script when it is missing: once, though the tests
/// begin at the same time.
fn python() -> PathBuf {
    static MADE: OnceLock<bool> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        Command::new(root().join("scripts/sdk-venv.sh")).status().expect("the script runs").success()
    });
    assert!(made, "scripts/sdk-venv.sh failed");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    target.join("sdk-venv/bin/python")
}

/// Runs a script of `tests/bss/sdk` with the ready line as its argument.
async fn referee(script: &str, ready: &ReadyLine) {
    run(script, &serde_json::to_string(ready).expect("the ready line is JSON")).await;
}

/// Runs a script of `tests/bss/sdk`, which has to end well, and gives what it said.
pub(super) async fn run(script: &str, argument: &str) -> String {
    let argument = argument.to_owned();
    let script = root().join("tests/bss/sdk").join(script);
    let run = move || {
        Command::new(python()).arg(script).arg(argument).stdin(Stdio::null()).output().expect("python runs")
    };
    let output = tokio::task::spawn_blocking(run).await.expect("it ends");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    println!("{said}");
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_on_order_goes_wrong_as_ordered() {
    let running = simulator::run(Options { seed: 2, ..Options::default() }).await.expect("it starts");
    referee("faults.py", &running.ready).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn huaweis_own_sdk_gets_along_with_the_simulator() {
    let running = simulator::run(Options::default()).await.expect("it starts");
    referee("orders.py", &running.ready).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_view_of_a_bill_is_derived_from_the_same_charges() {
    // The same day of the month whenever the test runs: bills of the last days are not all there yet.
    let (clock, _) = Clock::manual("2026-07-15T02:30:00Z".parse().expect("a time"));
    let running = simulator::run(Options { seed: 7, clock, ..Options::default() }).await.expect("it starts");
    referee("bills.py", &running.ready).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dictionaries_lead_to_prices_and_prices_are_those_of_orders() {
    let running = simulator::run(Options { seed: 3, ..Options::default() }).await.expect("it starts");
    referee("prices.py", &running.ready).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enterprise_moves_money_and_coupons_under_huaweis_own_sdk() {
    let running = simulator::run(Options { seed: 3, ..Options::default() }).await.expect("it starts");
    referee("enterprise.py", &running.ready).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_lets_in_and_turns_away_as_documented() {
    let running = simulator::run(Options { seed: 3, ..Options::default() }).await.expect("it starts");
    referee("gateway.py", &running.ready).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_adds_up_for_huaweis_own_sdk() {
    let running = simulator::run(Options::default()).await.expect("it starts");
    referee("money.py", &running.ready).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_are_used_up_and_refilled_for_huaweis_own_sdk() {
    let running = simulator::run(Options::default()).await.expect("it starts");
    referee("packages.py", &running.ready).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn resources_live_and_end_as_huaweis_sdk_sees_them() {
    let (clock, _) = Clock::manual("2026-07-15T02:30:00Z".parse().expect("a time"));
    let running = simulator::run(Options { clock, ..Options::default() }).await.expect("it starts");
    referee("resources.py", &running.ready).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_told_of_one_world_agrees_to_the_last_digit() {
    let (clock, _) = Clock::manual("2026-07-15T02:30:00Z".parse().expect("a time"));
    let running = simulator::run(Options { clock, ..Options::default() }).await.expect("it starts");
    referee("couplings.py", &running.ready).await;
}
