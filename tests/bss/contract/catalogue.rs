//! The client's and the simulator's operations and code tables held to Huawei's, and the table of all of it
//! in the documentation.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
};

use bss_portal::bss::{catalogue, codes};
use serde::Deserialize;
use serde_json::Value;

use super::Found;

#[derive(Deserialize)]
struct Catalogue {
    operations: Vec<Listed>,
}

/// An operation as Huawei's SDK has it.
#[derive(Deserialize)]
pub(super) struct Listed {
    operation_id: String,
    title_zh: String,
    title_en: Option<String>,
    method: String,
    path: String,
    audience: String,
    domain: String,
    rate_limit_per_s: Option<u32>,
}

/// What a customer can call.
fn listed() -> Vec<Listed> {
    let text = include_str!("../../fixtures/catalog.json");
    let Catalogue { operations } = serde_json::from_str(text).expect("the catalogue");
    let mut ours: Vec<_> =
        operations.into_iter().filter(|operation| operation.audience != "partner-only").collect();
    ours.sort_by(|a, b| (&a.domain, &a.operation_id).cmp(&(&b.domain, &b.operation_id)));
    assert_eq!(ours.len(), 60);
    ours
}

#[test]
fn the_client_knows_every_operation_by_its_method_path_and_rate() {
    let known: BTreeMap<_, _> = catalogue::operations().map(|operation| (operation.id, operation)).collect();
    for listed in listed() {
        let Some(operation) = known.get(&*listed.operation_id) else {
            panic!("the client does not know {}", listed.operation_id);
        };
        assert_eq!((operation.method, operation.path), (&*listed.method, &*listed.path), "{}", operation.id);
        if let Some(rate) = listed.rate_limit_per_s {
            assert!(operation.per_second <= rate, "{}: at most {rate} a second", operation.id);
        }
    }
    assert_eq!(known.len(), 60);
}

/// Tables that no type stands for, with the reason.
const NO_TYPE: &[(&str, &str)] = &[
    ("resource_spec_examples", "examples of an open set, which list_resource_specs lists"),
    ("well_known_service_type", "examples of an open set, which list_service_types lists"),
    ("well_known_resource_type", "examples of an open set, which list_resource_types lists"),
    ("x_language", "a header, which Locale::bss writes; the two spellings mean the same"),
];

#[test]
fn every_code_of_every_table_has_a_name_in_both_languages() {
    let text: Value = serde_json::from_str(include_str!("../../fixtures/codes.json")).expect("the codes");
    let tables = text["enumerations"].as_object().expect("tables");
    let mut wrong = Vec::new();
    let known: BTreeMap<_, _> = codes::tables().map(|table| (table.name, table)).collect();
    for (name, table) in tables {
        let Some(known) = known.get(&**name) else {
            if NO_TYPE.iter().all(|(table, _)| table != name) {
                wrong.push(format!("{name}: no type has it"));
            }
            continue;
        };
        let listed: BTreeSet<&str> =
            table["codes"].as_object().expect("codes").keys().map(String::as_str).collect();
        let ours: BTreeSet<&str> = known.rows.iter().map(|(code, ..)| *code).collect();
        if listed != ours {
            wrong.push(format!("{name}: {listed:?} are listed, the type has {ours:?}"));
        }
        for (code, zh, en) in known.rows {
            let nameless = zh.is_empty() || en.is_empty() || (zh.is_ascii() && !en.is_ascii());
            if nameless {
                wrong.push(format!("{name} {code}: {zh:?}, {en:?}"));
            }
        }
    }
    let unlisted: Vec<_> = known.keys().filter(|name| !tables.contains_key(**name)).collect();
    assert!(wrong.is_empty() && unlisted.is_empty(), "{unlisted:?}\n{}", wrong.join("\n"));
}

/// Which page of the portal rests on an operation, by the feature's folder.
const PAGES: &[(&str, &str)] = &[
    ("list_customer_orders", "orders"),
    ("show_customer_order_details", "orders"),
    ("list_order_coupons_by_order_id", "orders"),
    ("list_order_discounts", "orders"),
    ("pay_orders", "orders"),
    ("cancel_customer_order", "orders"),
    ("show_refund_order_details", "orders"),
    ("show_customer_account_balances", "orders"),
    ("list_sub_customer_coupons", "orders"),
];

/// The table in the documentation says what the scenes have just shown. `UPDATE_DOCS=1` writes it anew.
pub(super) fn table_is_current(found: &BTreeMap<String, Found>, simulated: &BTreeSet<String>) {
    let known: BTreeMap<_, _> = catalogue::operations().map(|operation| (operation.id, operation)).collect();
    let mut rows = String::new();
    let mut counts = [0; 4];
    for listed in listed() {
        let id = &*listed.operation_id;
        let seen = &found[id];
        let client = known.get(id).map_or("", |operation| if operation.writes { "writer" } else { "reader" });
        let simulator = if simulated.contains(id) { "yes" } else { "" };
        let referee = match (seen.of, seen.fields) {
            _ if !seen.played => String::new(),
            (0, _) => "204".to_owned(),
            (of, fields) => format!("{fields} of {of}"),
        };
        let page = PAGES.iter().find(|(operation, _)| *operation == id).map_or("", |(_, page)| page);
        for (count, cell) in counts.iter_mut().zip([client, simulator, &referee, page]) {
            *count += u32::from(!cell.is_empty());
        }
        let _ = writeln!(
            rows,
            "| {} | `{id}` | {} · {} | {client} | {simulator} | {referee} | {} of {} | {page} |",
            listed.domain,
            listed.title_zh,
            listed.title_en.as_deref().unwrap_or_default(),
            seen.sent,
            seen.sendable,
        );
    }
    let [client, simulator, referee, pages] = counts;
    let text = format!(
        "# The operations of BSS\n\n\
         Written by the test of the contract (`tests/bss/contract`), which plays every operation with our client and \
         with Huawei's\nown SDK and compares what both read; it fails when this page is not what it finds. \
         `UPDATE_DOCS=1 make test` writes it anew.\n\n\
         * **client**: the handle that has it. Only the journal owns a writer.\n\
         * **simulator**: whether it can be asked.\n\
         * **fields compared**: fields of the answer whose values client and SDK read alike, of those in Huawei's \
         catalogue.\n\
         * **sent**: parameters and fields of the body that the client sends, of those in the catalogue. What is left \
         out, and why, is in\n  `tests/bss/contract/exceptions.json`.\n\
         * **page**: the feature that rests on it.\n\n\
         | area | operation | what it does | client | simulator | fields compared | sent | page |\n\
         |---|---|---|---|---|---|---|---|\n{rows}\
         | | **60** | | **{client}** | **{simulator}** | **{referee}** | | **{pages}** |\n"
    );
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/bss-operations.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, &text).expect("written");
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(written == text, "docs/bss-operations.md is out of date: run with UPDATE_DOCS=1");
}
