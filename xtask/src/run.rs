//! Starts other programs as if cargo had not started us.

use std::{env, process::Command};

/// What `cargo run` tells a program about its own package. Build scripts watch these names, so
/// a cargo below us would rebuild half of the dependencies each time.
const OF_OUR_PACKAGE: [&str; 2] = ["CARGO_PKG_", "CARGO_MANIFEST_"];

/// A command without cargo's words to us.
pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        let inherited = name.to_str().is_some_and(|name| {
            OF_OUR_PACKAGE.iter().any(|prefix| name.starts_with(prefix))
                || ["CARGO_CRATE_NAME", "CARGO_BIN_NAME", "CARGO_PRIMARY_PACKAGE"].contains(&name)
        });
        if inherited {
            command.env_remove(name);
        }
    }
    command
}

/// Cargo.
pub(crate) fn cargo() -> Command {
    command("cargo")
}
