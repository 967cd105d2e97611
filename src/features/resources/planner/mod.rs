//! Proposes how resources of an account are renewed for the least cash: which are ordered together, and which
//! discount and coupons pay each order, under the rules of payments. It calculates and nothing else: what is
//! known is given, and what Huawei offers for the real orders decides.

mod bound;
mod case;
mod choice;
mod exact;
mod heuristic;
mod problem;
mod solve;

pub use problem::{LeftOut, Off, PlannedDiscount, Problem, Proposal, ProposedOrder, Renewable, usable};

#[cfg(test)]
mod tests;
