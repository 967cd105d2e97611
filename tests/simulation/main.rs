//! The journal's protocol in a world made up entirely: the journal in memory, and nothing real around it.

mod agreement;
mod journal;
