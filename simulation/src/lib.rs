//! The deterministic simulation of the money journal: its real workers and desk on a simulated clock, network,
//! database and Huawei Cloud, in histories that are made of one number each.

mod check;
mod engine;
mod expiry;
mod faults;
pub mod history;
mod people;
mod portal;
mod questions;
mod record;
mod store;
mod upstream;
mod values;
mod wire;
mod wishes;

/// The journal in memory, which `tests/simulation` holds to PostgreSQL.
#[expect(dead_code, reason = "another test needs the rest of it")]
#[path = "../../tests/simulation"]
mod model {
    pub(crate) mod journal;
}
