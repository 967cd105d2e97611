//! The journal's protocol in a world made up entirely: the journal in memory, and nothing real around it.

#[expect(dead_code, reason = "the simulation that uses it follows")]
mod journal;
