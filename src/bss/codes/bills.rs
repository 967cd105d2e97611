//! The codes of bills and costs.

use super::{codes, words};

codes! {}

words! {}
