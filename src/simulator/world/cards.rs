//! Stored-value cards.

/// A stored-value card.
#[derive(Debug, Clone)]
pub(crate) struct Card {
    pub(crate) id: String,
}
