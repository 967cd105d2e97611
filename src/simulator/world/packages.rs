//! Resource packages: what they hold, how it is used up and refilled.

/// The packages of an account.
#[derive(Debug, Default)]
pub(crate) struct Packages {}
