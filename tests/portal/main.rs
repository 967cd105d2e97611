//! The whole portal, from outside: pages over HTTP, its own database, and a simulated Huawei Cloud.
//! One file per behaviour; what they share is in `support`.

mod activity;
mod doctor;
mod journal;
mod pay;
mod resources_list;
mod running;
mod sealed;
mod support;
