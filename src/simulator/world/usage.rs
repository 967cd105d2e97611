//! Usage that is billed by its 95th percentile.
