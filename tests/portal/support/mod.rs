//! What tests of the whole portal share: the portal in this process or in one that can be killed, the
//! simulator with its control plane, and a browser without a screen.

#![expect(dead_code, reason = "each test uses what it needs")]
#![expect(unreachable_pub, reason = "public to the tests")]

pub mod browser;
pub mod people;
pub mod portal;
pub mod process;
pub mod simulator;
pub mod stage;

pub use portal::{Portal, VAULT_KEY};
pub use process::Process;
pub use simulator::Simulator;

use std::time::Duration;

/// Asks again and again until there is an answer, for at most a minute.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..600 {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("never happened: {what}");
}
