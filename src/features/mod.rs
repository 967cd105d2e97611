//! What people see, one folder each. Features do not import each other.

pub mod orders;
