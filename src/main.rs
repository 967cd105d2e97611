//! The `bss-portal` program.

fn main() {}
