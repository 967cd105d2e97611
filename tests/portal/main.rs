//! The whole portal, from outside: pages over HTTP, its own database, and a simulated Huawei Cloud.
//! One file per behaviour; what they share is in `support`.

mod activity;
mod balance;
mod coupons;
mod doctor;
mod journal;
mod lists;
mod packages;
mod pay;
mod plans;
mod prices;
mod refunds;
mod resources;
mod resources_list;
mod resources_plan;
mod resources_policy;
mod resources_renew;
mod resources_unsubscribe;
mod running;
mod sealed;
mod support;
