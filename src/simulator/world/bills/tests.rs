//! Tests of bills.
