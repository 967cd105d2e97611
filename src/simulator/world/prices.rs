//! What things cost: pay-per-use, by the term, and renewals.
