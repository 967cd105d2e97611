//! The organisation of an enterprise master: nodes, members, and what is moved between them.

/// The organisation.
#[derive(Debug, Default)]
pub(crate) struct Enterprise {}
