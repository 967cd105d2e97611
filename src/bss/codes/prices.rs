//! The codes of products and price inquiries.

use super::{codes, words};

codes! {}

words! {}
