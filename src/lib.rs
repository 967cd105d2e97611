//! bss-portal: a self-hosted billing portal for companies that buy from Huawei Cloud.
//!
//! The map, with who may import whom, is `docs/ARCHITECTURE.md`; `tests/architecture.rs` holds it.

pub mod app;
pub mod bss;
pub mod cli;
pub mod clock;
pub mod cloud_accounts;
pub mod config;
pub mod db;
pub mod features;
pub mod i18n;
pub mod identity;
pub mod jobs;
pub mod money;
pub mod operations;
pub mod payments;
pub mod postgres;
pub mod proof;
pub mod readings;
pub mod search;
pub mod simulator;
pub mod state;
pub mod telemetry;
pub mod units;
pub mod vault;
pub mod web;
