//! Starts whole portals, hurts them in every way while people use them, and has what is left behind judged. It
//! shares no code with the portal: what it knows is what a person, Huawei Cloud and the database know.

pub mod browser;
pub mod check;
pub mod cluster;
pub mod company;
pub mod console;
pub mod deeds;
pub mod diary;
pub mod evidence;
pub mod faults;
pub mod figures;
pub mod history;
pub mod people;
pub mod plan;
pub mod proxy;
pub mod replica;
pub mod report;
pub mod resources;
pub mod run;
pub mod stage;
pub mod store;
pub mod trespass;
