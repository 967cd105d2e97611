//! The money journal on a real PostgreSQL: every constraint attacked, and the real executor and
//! reconciler against a scripted BSS on a clock that tests move. No network is involved.

mod answers;
mod attacks;
mod crowd;
mod crowds;
mod executor;
mod expiry;
mod faults;
mod holds;
mod kinds;
mod leaving;
mod policies;
mod races;
mod resources;
mod store;
mod tables;
mod under_way;
mod upstream;
mod walks;
mod world;
