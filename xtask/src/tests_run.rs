//! Runs the test suite against a throw-away PostgreSQL and adds up what the test programs say.

use std::{
    io::{BufRead, BufReader},
    process::{ExitCode, Stdio},
};

use anyhow::{Context, Result};

use crate::{cluster, run};

/// `cargo test --workspace`, each database test with a database of its own.
pub(crate) fn test(arguments: &[&str]) -> Result<ExitCode> {
    cluster::with(|server| {
        let mut child = run::cargo()
            .args(["test", "--workspace", "--no-fail-fast"])
            .args(arguments)
            .env("DATABASE_URL", server.url("postgres"))
            // The macros must not look into the empty database that the tests start from.
            .env("SQLX_OFFLINE", "true")
            .stdout(Stdio::piped())
            .spawn()
            .context("running cargo test")?;
        let mut totals = Totals::default();
        for line in BufReader::new(child.stdout.take().context("cargo has no output")?).lines() {
            let line = line?;
            println!("{line}");
            totals.add(&line);
        }
        let status = child.wait()?;
        if totals.ignored > 0 {
            println!("{} ignored", totals.ignored);
        }
        println!("{} passed, {} failed", totals.passed, totals.failed);
        Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Totals {
    passed: u32,
    failed: u32,
    ignored: u32,
}

impl Totals {
    /// Adds a line such as `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
    fn add(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else { return };
        for part in result.split(['.', ';']) {
            let mut words = part.split_whitespace();
            let Some(count) = words.next().and_then(|word| word.parse::<u32>().ok()) else { continue };
            match words.next() {
                Some("passed") => self.passed += count,
                Some("failed") => self.failed += count,
                Some("ignored") => self.ignored += count,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_all_test_programs_are_added_up() {
        let mut totals = Totals::default();
        totals.add(
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.31s",
        );
        totals.add("test a ... ok");
        totals.add(
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1s",
        );
        assert_eq!(totals, Totals { passed: 15, failed: 2, ignored: 1 });
    }
}
