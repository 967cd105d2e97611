//! Chores of the project that need more than cargo: a throw-away PostgreSQL for tests and for
//! checking queries, and the licences of what we build on. It is never part of the portal.

use std::{env, path::Path, process::ExitCode};

use anyhow::{Context, Result, bail};

mod cluster;
mod licences;
#[path = "../../src/postgres/mod.rs"]
#[expect(unreachable_pub, reason = "public in the portal's library")]
#[cfg_attr(not(test), expect(dead_code, reason = "the portal uses the rest"))]
mod postgres;
// Here and not in the portal's library, because a small program starts and copies faster.
#[cfg(test)]
#[path = "../../src/postgres/tests.rs"]
mod postgres_tests;
mod prepare;
mod run;
mod tests_run;

const HELP: &str = "\
usage: cargo run -p xtask -- TASK

  test [ARGS]         run the test suite with a throw-away PostgreSQL; ARGS go to `cargo test`
  prepare             write .sqlx, what the queries need to compile without a database
  prepare --check     fail when .sqlx is not what the queries and migrations say
  licences            check licences and duplicate versions of dependencies against deny.toml
  with-pg -- COMMAND  run COMMAND with DATABASE_URL naming a throw-away PostgreSQL
";

fn main() -> ExitCode {
    match task() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn task() -> Result<ExitCode> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has no parent directory")?;
    env::set_current_dir(root)?;
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["test", rest @ ..] => tests_run::test(rest),
        ["prepare"] => prepare::write(),
        ["prepare", "--check"] => prepare::check(),
        ["licences"] => licences::check(),
        ["with-pg", "--", program, rest @ ..] => cluster::with(|server| {
            let status =
                run::command(program).args(rest).env("DATABASE_URL", server.url("postgres")).status()?;
            Ok(ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)))
        }),
        ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        _ => bail!("no such task\n\n{HELP}"),
    }
}
