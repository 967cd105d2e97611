//! What the list of resources must be, against real tables.
