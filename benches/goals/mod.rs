//! One file per group of goals: how they are measured and what they are compared with.

pub(crate) mod export;
pub(crate) mod filters;
pub(crate) mod list;
pub(crate) mod money;
pub(crate) mod near;
pub(crate) mod planner;
pub(crate) mod process;
pub(crate) mod search;
pub(crate) mod sync;
