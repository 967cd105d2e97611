//! Resource packages that nobody ordered: gifts.

use super::{super::world::World, Seed};

/// Gives an account its gifts.
pub(super) fn give(_world: &mut World, _account: usize, _seed: Seed) {}
