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
    ("order_status_filter", "the part of order_status that the list can be filtered by"),
    ("refund_amount_sign", "a sign, not a code"),
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
            let theirs = table["codes"][code]["zh"].as_str().unwrap_or(zh);
            if *zh != theirs || en.is_empty() || !en.starts_with(|c: char| !c.is_lowercase()) {
                wrong.push(format!("{name} {code}: {zh:?} is {theirs:?}, {en:?}"));
            }
        }
    }
    let unlisted: Vec<_> = known.keys().filter(|name| !tables.contains_key(**name)).collect();
    assert!(wrong.is_empty() && unlisted.is_empty(), "{unlisted:?}\n{}", wrong.join("\n"));
}

/// Which pages of the portal rest on an operation: the features' folders, and the words by which their
/// sources call it, or those of `payments`, which they use.
const PAGES: &[(&str, &[&str], &str)] = &[
    ("list_customer_orders", &["orders", "resources"], ".orders("),
    ("show_customer_order_details", &["orders", "resources", "activity"], ".order("),
    ("list_order_coupons_by_order_id", &["orders", "resources", "coupons"], ".order_coupons("),
    ("list_order_discounts", &["orders", "resources", "coupons"], ".order_discounts("),
    ("pay_orders", &["orders", "resources"], "Write::Pay("),
    ("cancel_customer_order", &["orders"], "Write::CancelOrder"),
    ("show_refund_order_details", &["orders", "resources"], ".refund_orders("),
    ("show_customer_account_balances", &["balance", "orders", "resources", "coupons"], ".balances("),
    ("list_sub_customer_coupons", &["orders", "resources", "coupons"], ".coupons("),
    ("list_customer_account_change_records", &["balance"], "AccountRecordQuery"),
    ("list_customer_coupon_change_records", &["coupons"], "CouponRecordQuery"),
    ("list_stored_value_cards", &["coupons"], "CardQuery"),
    ("list_pay_per_use_customer_resources", &["resources"], ".resources("),
    ("list_free_resource_infos", &["packages"], "PackageQuery"),
    ("list_free_resource_usages", &["packages"], ".package_usages("),
    ("list_free_resources_usage_records", &["packages"], "DeductionQuery"),
    ("list_renew_rate_on_period", &["resources"], ".renewal_prices("),
    ("renewal_resources", &["resources"], "Write::Renew("),
    ("cancel_resources_subscription", &["resources"], "Write::Unsubscribe("),
    ("auto_renewal_resources", &["resources"], "Write::AutoRenew("),
    ("cancel_auto_renewal_resources", &["resources"], "Write::CancelAutoRenew"),
    ("set_resources_renew_config", &["resources"], "Write::SetRenewalDay("),
    ("update_period_to_on_demand", &["resources"], "Write::SetToPayPerUse("),
    ("update_period_to_on_demand_instantly", &["resources"], "Write::ConvertToPayPerUse("),
];

/// The pages that rest on an operation, which do call it.
fn pages(operation: &str) -> String {
    let Some((_, features, call)) = PAGES.iter().find(|(id, ..)| *id == operation) else {
        return String::new();
    };
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for feature in *features {
        let folder = sources.join("features").join(feature);
        let through_payments = || calls(&folder, "payments::") && calls(&sources.join("payments"), call);
        assert!(calls(&folder, call) || through_payments(), "{feature} does not call {operation}");
    }
    features.join(", ")
}

fn calls(folder: &Path, call: &str) -> bool {
    fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).any(|path| {
        if path.is_dir() {
            calls(&path, call)
        } else {
            fs::read_to_string(&path).is_ok_and(|text| text.contains(call))
        }
    })
}

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
        let page = pages(id);
        for (count, cell) in counts.iter_mut().zip([client, simulator, &referee, &page]) {
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
    page_is_current("docs/bss-operations.md", &text);
}

/// The rules that the documents leave open, with the values that the simulator begins with.
pub(super) fn rules_are_current(rules: &Value, settings: &Value) {
    let mut rows = String::new();
    for rule in rules.as_array().expect("rules") {
        let text = |name: &str| rule[name].as_str().expect("a text").trim().to_owned();
        let name = text("name");
        let _ = writeln!(rows, "| `{name}` | {} | {} | {} |", settings[&name], text("what"), text("why"));
    }
    let text = format!(
        "# Rules that are settings\n\n\
         How the simulated BSS behaves where Huawei's documents leave it open, or where it takes time. Each can be \
         changed while it\nruns (`POST /settings` of the control plane, see [simulator.md](simulator.md)); when Huawei \
         is seen to behave otherwise, the\nvalue is changed and not the code. Written by the test of the contract; \
         `UPDATE_DOCS=1 make test` writes it anew.\n\n\
         | setting | begins as | what it says | where it comes from |\n|---|---|---|---|\n{rows}"
    );
    page_is_current("docs/inferred-rules.md", &text);
}

/// A page of the documentation says what was just found.
fn page_is_current(page: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, text).expect("written");
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(written == text, "{page} is out of date: run with UPDATE_DOCS=1");
}
