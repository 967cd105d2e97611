//! Huawei's BSS from both sides: our client, and our simulator of it.

mod client;
mod contract;
mod remembering;
mod sdk;
mod tls;
mod wire;
