//! Holds the map of `docs/ARCHITECTURE.md`: who may import whom, and where the things that need care
//! may be written. It reads sources and templates as text and runs nothing of them.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// What may import what: a module sees everything on the levels above its own line.
const LEVELS: [&[&str]; 10] = [
    &["money", "clock", "i18n", "proof", "search"],
    &["config", "db", "postgres", "vault", "telemetry", "identity", "bss", "simulator"],
    &["cloud_accounts", "jobs"],
    &["operations", "readings", "units"],
    &["payments"],
    &["state"],
    &["web"],
    &["features"],
    &["app"],
    &["cli", "main", "lib"],
];

/// Imports between modules of one level that are meant.
const NEIGHBOURS: [(&str, &str); 2] = [("telemetry", "config"), ("identity", "vault")];

/// The simulator and the client are held to the same documents, so neither may lean on the other.
const ALONE: (&str, [&str; 2]) = ("simulator", ["money", "clock"]);

/// Below `features`, a folder sees no other; the overview may use what others sum up.
const FEATURE_SUMMARIES: (&str, &str) = ("overview", "summary");

/// First parts of URLs that a feature has beside the one it is named by.
const OWN_URLS: [(&str, &str); 2] = [("sign_in", "setup"), ("account", "preferences")];

const LONGEST_FILE: usize = 500;

/// Numbers and texts that are data rather than code.
const LONGER_FILES: [&str; 1] = ["src/simulator/seed/"];

struct Source {
    path: String,
    /// As written.
    text: String,
    /// Without comments, strings, and the tests at its end.
    code: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folders: &[&str], extension: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, extension, found);
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    for folder in folders {
        walk(&root().join(folder), extension, &mut found);
    }
    found.sort();
    let name =
        |path: &Path| path.strip_prefix(root()).expect("below the root").to_string_lossy().into_owned();
    found.iter().map(|path| (name(path), fs::read_to_string(path).expect("readable"))).collect()
}

fn sources(folders: &[&str]) -> Vec<Source> {
    files(folders, "rs")
        .into_iter()
        .map(|(path, text)| {
            let product = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
            let code = if is_test(&path) { String::new() } else { without_comments_and_strings(product) };
            Source { path, text, code }
        })
        .collect()
}

/// Files that only tests compile, by the names that we give them.
fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/") || path.ends_with("/fixtures.rs")
}

/// Enough of Rust's grammar for our own sources: line comments, strings, raw strings, characters.
fn without_comments_and_strings(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("r#\"") {
            rest.find("\"#").map_or(rest.len(), |end| end + 2)
        } else if let Some(raw) = rest.strip_prefix("r\"") {
            raw.find('"').map_or(rest.len(), |end| end + 3)
        } else if c == '"' {
            end_of_string(rest)
        } else if rest.starts_with("'\"'") {
            3
        } else {
            code.push(c);
            c.len_utf8()
        };
        rest = &rest[skipped..];
    }
    code
}

fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// `src/features/orders/list.rs` is `features/orders/list`; `mod.rs` is its folder.
fn module(path: &str) -> &str {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs");
    path.strip_suffix("/mod").unwrap_or(path)
}

/// Every path after `crate::`, also inside braces, as `module/item`.
fn imports(code: &str) -> BTreeSet<String> {
    fn tree(prefix: &str, text: &str, found: &mut BTreeSet<String>) -> usize {
        let text_start = text.trim_start();
        let mut at = text.len() - text_start.len();
        if text_start.starts_with('{') {
            at += 1;
            loop {
                at += tree(prefix, &text[at..], found);
                match text[at..].trim_start().chars().next() {
                    Some(',') => at += text[at..].find(',').map_or(0, |comma| comma + 1),
                    Some('}') => return at + text[at..].find('}').map_or(0, |end| end + 1),
                    _ => return text.len(),
                }
            }
        }
        let name: String =
            text_start.chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == '*').collect();
        at += name.len();
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if let Some(below) = text[at..].strip_prefix("::") {
            return at + 2 + tree(&path, below, found);
        }
        if let Some(alias) = text[at..].trim_start().strip_prefix("as ") {
            let end = alias.find([',', '}', ';']).unwrap_or(alias.len());
            at = text.len() - alias.len() + end;
        }
        // Nothing stands behind the last comma of a list.
        found.extend((!path.is_empty() && !path.ends_with('/')).then_some(path));
        at
    }
    let mut found = BTreeSet::new();
    for (at, start) in code.match_indices("crate::") {
        if !code[..at].ends_with('$') {
            tree("", &code[at + start.len()..], &mut found);
        }
    }
    found
}

fn level(module: &str) -> Option<usize> {
    LEVELS.iter().position(|level| level.contains(&module))
}

fn none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n  {}\n", found.join("\n  "));
}

/// Every line of product code with one of `words`, outside the files that `may`.
fn only_in(words: &[&str], may: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources(&["src"]).iter().filter(|source| !may(&source.path)) {
        for word in words.iter().filter(|word| contains_word(&source.code, word)) {
            found.push(format!("{}: {word}", source.path));
        }
    }
    found
}

fn contains_word(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

#[test]
fn modules_import_only_from_levels_below() {
    let mut wrong = Vec::new();
    for Source { path, code, .. } in sources(&["src"]) {
        let module = module(&path);
        let mut parts = module.split('/');
        let (from, feature) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let Some(our_level) = level(from) else {
            wrong.push(format!("{path}: {from} has no level"));
            continue;
        };
        for import in imports(&code) {
            let mut parts = import.split('/');
            let (to, below) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            // The macro of `texts!` lives at the crate's root.
            if to == "texts" || to == from && from != "features" {
                continue;
            }
            let fine = if to == "features" && from == "features" {
                let summary = parts.next().unwrap_or_default();
                below == feature || (feature, summary) == FEATURE_SUMMARIES
            } else if from == ALONE.0 {
                ALONE.1.contains(&to)
            } else {
                level(to)
                    .is_some_and(|their_level| their_level < our_level || NEIGHBOURS.contains(&(from, to)))
                    && (to != "simulator" || matches!(from, "cli" | "app"))
            };
            if !fine {
                wrong.push(format!("{path}: {module} -> {import}"));
            }
        }
    }
    none(&wrong, "imports against the levels of docs/ARCHITECTURE.md");
}

#[test]
fn only_operations_hold_what_can_spend() {
    let may = |path: &str| {
        ["src/bss/", "src/operations/", "src/cloud_accounts", "src/app.rs"]
            .iter()
            .any(|place| path.starts_with(place))
    };
    none(
        &only_in(&["Writer", "Writers"], |path| may(path) || path.ends_with("export.rs")),
        "Writer outside operations",
    );
}

#[test]
fn sql_is_written_only_in_stores() {
    let is_store = |path: &str| path.ends_with("/store.rs") || path.contains("/store/");
    let words = ["query!", "query_as!", "query_scalar!", "sqlx::query", "sqlx::raw_sql", "QueryBuilder"];
    none(&only_in(&words, is_store), "SQL outside of a store.rs");
}

#[test]
fn only_the_transport_speaks_http_to_others() {
    let words = ["reqwest", "hyper::client", "TcpStream::connect"];
    let may = |path: &str| path.starts_with("src/bss/transport") || path == "src/cli/healthy.rs";
    none(&only_in(&words, may), "outgoing connections outside of bss/transport.rs");
}

#[test]
fn only_the_clock_asks_for_the_time() {
    none(
        &only_in(&["Utc::now", "Local::now", "SystemTime::now"], |path| path == "src/clock.rs"),
        "time outside of clock.rs",
    );
}

#[test]
fn only_the_configuration_reads_the_environment() {
    let words = ["std::env", "env::var", "env::vars", "env::args"];
    let may = |path: &str| path.starts_with("src/config") || path == "src/postgres/binaries.rs";
    none(&only_in(&words, may), "environment outside of config.rs");
    let reads = ["env::var", "env::vars", "env::args"];
    none(&only_in(&reads, |path| path.starts_with("src/config")), "environment outside of config.rs");
}

#[test]
fn no_float_comes_near_money() {
    let places = ["src/money", "src/bss/", "src/operations/", "src/features/", "src/simulator/"];
    let may = |path: &str| !places.iter().any(|place| path.starts_with(place)) || path == "src/bss/limits.rs";
    let found = only_in(&["f64", "f32"], may);
    // Chance is a number from 0 up to 1, a gauge is no amount, and the simulator writes amounts as
    // Huawei does: as JSON numbers.
    let meant = [
        "src/bss/mod.rs",
        "src/bss/read.rs",
        "src/operations/chance.rs",
        "src/operations/run.rs",
        "src/simulator/world/dice.rs",
        "src/simulator/faces/",
    ];
    let found: Vec<String> =
        found.into_iter().filter(|line| !meant.iter().any(|place| line.starts_with(place))).collect();
    none(&found, "floats near money");
}

#[test]
fn files_are_short() {
    let long: Vec<String> = sources(&["src", "tests", "benches", "xtask"])
        .iter()
        .filter(|source| !LONGER_FILES.iter().any(|place| source.path.starts_with(place)))
        .map(|source| (source, source.text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST_FILE)
        .map(|(source, lines)| format!("{}: {lines} lines", source.path))
        .collect();
    none(&long, "longer than 500 lines");
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<String> = sources(&["src", "tests", "benches", "xtask"])
        .into_iter()
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| source.path)
        .collect();
    none(&silent, "no comment at the top");
}

#[test]
fn nothing_is_left_for_later_or_hushed() {
    let mut found = Vec::new();
    for Source { path, text, .. } in sources(&["src", "tests", "benches", "xtask"]) {
        if path == "tests/architecture.rs" {
            continue;
        }
        for word in ["TODO", "FIXME", "XXX", "#[allow(", "#![allow("] {
            found.extend(text.contains(word).then(|| format!("{path}: {word}")));
        }
    }
    none(&found, "left for later, or a lint hushed without a reason");
}

#[test]
fn a_template_lies_where_its_module_lies() {
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for Source { path, text, .. } in sources(&["src"]) {
        for (at, start) in text.match_indices("template(path = \"") {
            let template = text[at + start.len()..].split('"').next().unwrap_or_default();
            used.insert(template.to_owned());
            let module = module(&path).trim_start_matches("features/");
            let name = template.trim_end_matches(".html");
            let folder = module.split('/').next().unwrap_or_default();
            if name != module && !name.starts_with(&format!("{folder}/")) {
                wrong.push(format!("{path}: {module} -> {template}"));
            }
        }
    }
    let templates = files(&["templates"], "html");
    for (_, text) in &templates {
        for part in ["{% include \"", "{% import \"", "{% extends \""] {
            let names = text.split(part).skip(1).filter_map(|rest| rest.split('"').next());
            used.extend(names.map(str::to_owned));
        }
    }
    for (path, _) in templates {
        let name = path.trim_start_matches("templates/");
        if name != "layout.html" && !name.starts_with("shared/") && !used.contains(name) {
            wrong.push(format!("{path}: no module uses it"));
        }
    }
    none(&wrong, "templates and modules that do not match");
}

#[test]
fn templates_carry_no_code_no_style_and_no_unescaped_text() {
    let mut found = Vec::new();
    for (path, text) in files(&["templates"], "html") {
        for (number, line) in text.lines().enumerate() {
            let tight = line.replace(' ', "").to_lowercase();
            let lower = line.to_lowercase();
            let event = lower.match_indices(" on").any(|(at, on)| {
                let name: String =
                    lower[at + on.len()..].chars().take_while(char::is_ascii_alphabetic).collect();
                !name.is_empty() && lower[at + on.len() + name.len()..].starts_with('=')
            });
            let wrong = [
                ("the safe filter", tight.contains("|safe")),
                ("an inline style", lower.contains(" style=") || lower.contains("<style")),
                ("an inline script", tight.contains("<script>") || tight.contains("javascript:")),
                ("an event attribute", event || lower.contains("hx-on")),
            ];
            for (what, _) in wrong.iter().filter(|(_, is)| *is) {
                found.push(format!("{path}:{}: {what}", number + 1));
            }
        }
    }
    none(&found, "not allowed in a template");
}

/// The frame of all pages and what pages share know the portal's own addresses.
#[test]
fn a_template_of_a_feature_writes_no_url_of_another() {
    let mut found = Vec::new();
    for (path, text) in files(&["templates"], "html") {
        let Some((folder, _)) = path.trim_start_matches("templates/").split_once('/') else { continue };
        if ["shared", "web"].contains(&folder) {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            for attribute in ["href", "action", "formaction", "src", "hx-get", "hx-post"] {
                for (at, start) in line.match_indices(&format!(" {attribute}=\"/")) {
                    let url = &line[at + start.len()..];
                    let first = url.split(['/', '"', '?', '{']).next().unwrap_or_default();
                    if first.replace('-', "_") != folder && !OWN_URLS.contains(&(folder, first)) {
                        found.push(format!("{path}:{}: {attribute} -> /{first}", number + 1));
                    }
                }
            }
        }
    }
    none(&found, "a URL of another feature, written instead of taken from web::links");
}

#[test]
fn imports_are_found_in_every_shape() {
    let code =
        "use crate::{money::Money, web::{Ui, links as l,}, clock}; let x = crate::bss::codes::A; $crate::no";
    let expected = ["bss/codes/A", "clock", "money/Money", "web/Ui", "web/links"];
    assert_eq!(imports(code), expected.map(str::to_owned).into());
    assert_eq!(without_comments_and_strings("a \"crate::x \\\" b\" c // d\ne '\"' f"), "a  c \ne  f");
}
