//! What every page stands on: the parts of HTTP and HTML that know no feature.

pub mod assets;
pub mod texts;
