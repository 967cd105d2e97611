//! Checks the licences, sources and duplicate versions of everything that goes into the portal
//! against `deny.toml`, in the format of cargo-deny. It knows no advisories and says so.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::ExitCode,
};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::run;

#[derive(Deserialize)]
struct Rules {
    licenses: LicenceRules,
    bans: BanRules,
}

#[derive(Deserialize)]
struct LicenceRules {
    allow: BTreeSet<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

/// A licence for one crate alone.
#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
struct BanRules {
    skip: Vec<Skip>,
}

/// A version that may stand beside another one.
#[derive(Deserialize)]
struct Skip {
    #[serde(rename = "crate")]
    name_and_version: String,
}

/// One crate that goes into the portal or its tests on this system.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Dependency {
    name: String,
    version: String,
    licence: String,
    /// Where it comes from, when that is not the registry.
    elsewhere: Option<String>,
}

/// Prints what is wrong, and fails if anything is.
pub(crate) fn check() -> Result<ExitCode> {
    let rules: Rules = toml::from_str(&fs::read_to_string("deny.toml")?).context("reading deny.toml")?;
    let dependencies = dependencies()?;
    let mut problems = Vec::new();
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for Dependency { name, version, licence, elsewhere } in &dependencies {
        if let Some(elsewhere) = elsewhere {
            problems.push(format!("{name} {version} comes from {elsewhere}"));
        }
        let mut allowed = rules.licenses.allow.clone();
        for exception in rules.licenses.exceptions.iter().filter(|exception| exception.name == *name) {
            allowed.extend(exception.allow.iter().cloned());
        }
        if !satisfied(licence, &allowed)? {
            problems.push(format!("{name} {version} is under {licence:?}, which deny.toml does not allow"));
        }
        versions.entry(name).or_default().push(version);
    }
    let mut unused: BTreeSet<&str> =
        rules.bans.skip.iter().map(|skip| skip.name_and_version.as_str()).collect();
    for (name, found) in versions.iter_mut().filter(|(_, found)| found.len() > 1) {
        let all = found.join(" and ");
        let skipped = |version: &&str| {
            rules.bans.skip.iter().any(|s| s.name_and_version == format!("{name}@{version}"))
        };
        for version in found.extract_if(.., |version| skipped(&*version)) {
            unused.remove(format!("{name}@{version}").as_str());
        }
        if found.len() > 1 {
            problems.push(format!("{name} is here more than once: {all}"));
        }
    }
    problems
        .extend(unused.iter().map(|skip| format!("deny.toml skips {skip}, which is no duplicate any more")));
    for problem in &problems {
        eprintln!("{problem}");
    }
    ensure!(problems.is_empty(), "problems with dependencies: {}", problems.len());
    println!(
        "{} dependencies: licences, sources and duplicate versions are as deny.toml says; advisories: not checked",
        dependencies.len()
    );
    Ok(ExitCode::SUCCESS)
}

fn dependencies() -> Result<BTreeSet<Dependency>> {
    let output = run::cargo()
        .args([
            "tree",
            "--locked",
            "--workspace",
            "--edges=normal,build,dev",
            "--prefix=none",
            "--format={p}|{l}",
        ])
        .output()
        .context("running cargo tree")?;
    ensure!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    let here = std::env::current_dir()?;
    let ours = format!("({}", here.display());
    let text = String::from_utf8(output.stdout)?;
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.contains(&ours));
    lines.map(|line| dependency(line).with_context(|| format!("cargo tree says {line:?}"))).collect()
}

/// Reads `serde v1.0.228|MIT OR Apache-2.0`, perhaps with a place and marks in parentheses.
fn dependency(line: &str) -> Option<Dependency> {
    let (package, licence) = line.split_once('|')?;
    let mut words = package.split_whitespace();
    let (name, version) = (words.next()?.to_owned(), words.next()?.strip_prefix('v')?.to_owned());
    let elsewhere = words.find(|word| *word != "(proc-macro)").map(str::to_owned);
    let licence = licence.trim_end_matches("(*)").trim().to_owned();
    Some(Dependency { name, version, licence, elsewhere })
}

/// Whether the SPDX expression can be satisfied by allowed licences alone.
fn satisfied(expression: &str, allowed: &BTreeSet<String>) -> Result<bool> {
    // Old manifests write MIT/Apache-2.0 for a choice.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let result = any(&mut words, allowed);
    ensure!(words.next().is_none(), "cannot read the licence expression {expression:?}");
    result.with_context(|| format!("cannot read the licence expression {expression:?}"))
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> Option<bool> {
    let mut result = all(words, allowed)?;
    while words.next_if_eq(&"OR").is_some() {
        result |= all(words, allowed)?;
    }
    Some(result)
}

fn all(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> Option<bool> {
    let mut result = one(words, allowed)?;
    while words.next_if_eq(&"AND").is_some() {
        result &= one(words, allowed)?;
    }
    Some(result)
}

fn one(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> Option<bool> {
    let word = words.next()?;
    if word == "(" {
        let result = any(words, allowed)?;
        return words.next_if_eq(&")").map(|_| result);
    }
    let mut licence = word.to_owned();
    if words.next_if_eq(&"WITH").is_some() {
        licence = format!("{licence} WITH {}", words.next()?);
    }
    Some(allowed.contains(&licence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_cargo_tree_is_read() {
        let read =
            dependency("serde_derive v1.0.228 (proc-macro)|MIT OR Apache-2.0 (*)").expect("a dependency");
        assert_eq!((read.name.as_str(), read.version.as_str()), ("serde_derive", "1.0.228"));
        assert_eq!((read.licence.as_str(), read.elsewhere), ("MIT OR Apache-2.0", None));
        let git = dependency("a v0.1.0 (https://example.com/a#1234)|MIT").expect("a dependency");
        assert_eq!(git.elsewhere.as_deref(), Some("(https://example.com/a#1234)"));
    }

    #[test]
    fn an_expression_is_satisfied_by_allowed_licences_only() {
        let allowed = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned).into();
        for (expression, expected) in [
            ("MIT", true),
            ("GPL-3.0", false),
            ("GPL-3.0 OR MIT", true),
            ("GPL-3.0/MIT", true),
            ("MIT AND GPL-3.0", false),
            ("(MIT OR GPL-3.0) AND Apache-2.0", true),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("GPL-2.0 WITH LLVM-exception OR (GPL-3.0 AND MIT)", false),
        ] {
            assert_eq!(satisfied(expression, &allowed).expect("an expression"), expected, "{expression}");
        }
        assert!(satisfied("MIT OR", &allowed).is_err());
        assert!(satisfied("MIT Apache-2.0", &allowed).is_err());
    }
}
