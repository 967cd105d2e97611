//! The codes of resource packages.

use super::{codes, words};

codes! {}

words! {}
