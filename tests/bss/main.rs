//! Huawei's BSS from both sides: our client, and our simulator of it.

mod checkup;
mod client;
mod contract;
mod credentials;
mod remembering;
mod sdk;
mod tls;
mod wire;
