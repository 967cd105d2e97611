//! The command line of the harness. What it does is in the library beside it.

use std::{env, fs};

use anyhow::{Context as _, Result};
use bss_portal_harness::{check::check, evidence::Evidence};

fn main() -> Result<()> {
    let path = env::args().nth(1).context("usage: bss-portal-harness EVIDENCE.json")?;
    let evidence: Evidence = serde_json::from_str(&fs::read_to_string(path)?)?;
    for violation in check(&evidence) {
        println!("{}: {}", violation.invariant, violation.what);
    }
    Ok(())
}
