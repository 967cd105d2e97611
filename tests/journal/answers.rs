//! The table of answers is total: whatever status, code and bytes come, there is exactly one class, and
//! only what is documented allows to send again, to give up, or to call it done. No database here.

use bss_portal::{
    bss::answers::{Class, Expected, Received, TABLE, Verdict, classify},
    operations::{CONSEQUENCES, Outcome, State, consequence},
};
use proptest::prelude::*;

/// Every code that Huawei's documents or our table know of for these calls, and then some.
const CODES: &[&str] = &[
    "APIG.0101",
    "APIG.0106",
    "APIG.0201",
    "APIG.0202",
    "APIG.0203",
    "APIG.0301",
    "APIG.0302",
    "APIG.0303",
    "APIG.0304",
    "APIG.0305",
    "APIG.0306",
    "APIG.0307",
    "APIG.0308",
    "APIG.0309",
    "APIG.0401",
    "APIG.0402",
    "APIG.0404",
    "APIG.0610",
    "APIGW.0101",
    "APIGW.0301",
    "APIGW.0302",
    "APIGW.0305",
    "APIGW.0307",
    "APIGW.0308",
    "APIGW.0401",
    "CBC.0000",
    "CBC.0100",
    "CBC.0101",
    "CBC.0150",
    "CBC.0151",
    "CBC.0155",
    "CBC.0156",
    "CBC.0250",
    "CBC.0999",
    "CBC.30000067",
    "CBC.30050010",
    "CBC.99000087",
    "CBC.99003106",
    "CBC.99003651",
    "CBC.99005003",
    "CBC.99005010",
    "CBC.99999999",
];

fn status() -> impl Strategy<Value = u16> {
    prop_oneof![
        1 => any::<u16>(),
        4 => 100_u16..600,
        8 => prop::sample::select(vec![
            200_u16, 201, 202, 204, 299, 302, 400, 401, 403, 404, 405, 408, 413, 414, 415, 429, 500, 502, 503, 504,
        ]),
    ]
}

fn code() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(CODES).prop_map(str::to_owned),
        2 => "(APIG|APIGW|CBC|APIGX|cbc)\\.[0-9]{0,9}",
        1 => "[A-Z]{0,5}[.·]?[0-9]{0,5}[a-z]{0,2}",
        1 => any::<String>(),
    ]
}

/// A body as Huawei writes it, with `code` in it.
fn well_formed(code: &str) -> String {
    serde_json::json!({ "error_code": code, "error_msg": "m", "request_id": "r" }).to_string()
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => code().prop_map(|code| well_formed(&code).into_bytes()),
        // Cut off somewhere.
        3 => (code(), any::<prop::sample::Index>()).prop_map(|(code, at)| {
            let mut body = well_formed(&code).into_bytes();
            body.truncate(at.index(body.len()));
            body
        }),
        // One member twice.
        3 => (code(), code()).prop_map(|(one, other)| {
            let (one, other) = (serde_json::Value::from(one), serde_json::Value::from(other));
            format!("{{\"error_code\":{one},\"error_code\":{other}}}").into_bytes()
        }),
        // Something else where the code should be.
        2 => prop::sample::select(vec![
            r#"{"error_code":308}"#, r#"{"error_code":null}"#, r#"{"error_code":["APIG.0308"]}"#, "[]", "null",
            r#"{"error":{"error_code":"APIG.0308"}}"#, "<html>APIG.0308</html>", "NaN", "1e400", "\u{feff}{}",
            r#"{"ERROR_CODE":"APIG.0308"}"#, "{}{}", "{},", "\"{}\"",
        ]).prop_map(|text| text.as_bytes().to_vec()),
        2 => prop::sample::select(vec!["", "{}", " {\n} ", "\t\r\n "]).prop_map(|text| text.as_bytes().to_vec()),
        2 => prop::collection::vec(any::<u8>(), 0..64),
        4 => (ids("[A-Z0-9]{0,3}"), ids("r-[12]"), prop::option::of(code())).prop_map(made),
    ]
}

fn ids(form: &'static str) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(form, 0..3)
}

/// A body that names orders and what failed, perhaps with a code beside them.
fn made((orders, failed, code): (Vec<String>, Vec<String>, Option<String>)) -> Vec<u8> {
    let failed: Vec<_> = failed.iter().map(|id| serde_json::json!({ "resource_id": id })).collect();
    let mut body = serde_json::json!({ "order_ids": orders, "fail_resource_infos": failed });
    if let Some(code) = code {
        body["error_code"] = code.into();
    }
    body.to_string().into_bytes()
}

/// What a write on resource `r-1` that makes orders may be answered with.
fn expected(makes_orders: bool) -> Expected {
    if makes_orders { Expected::OrdersFor(vec!["r-1".to_owned()]) } else { Expected::Nothing }
}

/// Whether a body says which orders were made, or that `r-1` failed, read by other means than the
/// program's.
fn says_made(body: &[u8]) -> Option<Class> {
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    let list = |name: &str| value.get(name).and_then(|list| list.as_array()).cloned().unwrap_or_default();
    if list("fail_resource_infos").iter().any(|failed| failed["resource_id"] == "r-1") {
        return Some(Class::Partial);
    }
    let orders = list("order_ids");
    let named = orders.iter().all(|id| id.as_str().is_some_and(|id| !id.is_empty()));
    (named && !orders.is_empty()).then_some(Class::Success)
}

fn is_nothing(body: &[u8]) -> bool {
    let text: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    text.is_empty() || text == b"{}"
}

/// The one code that a body carries, read by other means than the program's: none when it is no single
/// object or says it twice.
fn told(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    let code = value.as_object()?.get("error_code")?.as_str()?.to_owned();
    (text.matches("\"error_code\"").count() == 1).then_some(code)
}

/// What may be sent again or given up, written out a second time.
fn documented(status: u16, code: &str, class: Class) -> bool {
    let gateway = code.strip_prefix("APIGW.").or_else(|| code.strip_prefix("APIG."));
    match class {
        Class::NotExecuted => match (status, gateway) {
            (429, Some("0308"))
            | (401, Some("0301" | "0305" | "0307"))
            | (403, Some("0302" | "0304" | "0306" | "0401" | "0402"))
            | (404, Some("0101")) => true,
            (405 | 413 | 414 | 415, Some(number)) => number.len() == 4,
            _ => false,
        },
        Class::Never => {
            matches!(
                (status, code),
                (400, "CBC.0100" | "CBC.0101") | (403, "CBC.0150" | "CBC.0151" | "CBC.0155")
            )
        }
        Class::Rejected => code.starts_with("CBC.") && (status == 200 || (400..500).contains(&status)),
        _ => false,
    }
}

fn check(status: u16, body: &[u8]) -> Result<Class, TestCaseError> {
    check_as(false, status, body)
}

fn check_as(makes_orders: bool, status: u16, body: &[u8]) -> Result<Class, TestCaseError> {
    let verdict = classify(&expected(makes_orders), Received::Answer { status, body });
    let Verdict { class, citation, order_ids, .. } = verdict;
    let row = TABLE.iter().find(|row| row.citation == citation);
    if matches!(class, Class::Success | Class::Partial) {
        prop_assert!((200..300).contains(&status), "{} {:?}", status, body);
        let said = if makes_orders { says_made(body) } else { is_nothing(body).then_some(Class::Success) };
        prop_assert_eq!(said, Some(class), "{} {:?}", status, body);
    }
    prop_assert_eq!(!order_ids.is_empty(), makes_orders && class == Class::Success);
    if matches!(class, Class::NotExecuted | Class::Never | Class::Rejected) {
        let code = told(body);
        prop_assert!(
            code.as_ref().is_some_and(|code| documented(status, code, class)),
            "{} {:?} is {:?}",
            status,
            String::from_utf8_lossy(body),
            class
        );
    }
    if class != Class::Ambiguous {
        prop_assert!(row.is_some_and(|row| row.class == class && !row.citation.is_empty()), "{}", citation);
    }
    let follows = consequence(class);
    prop_assert_eq!(CONSEQUENCES.iter().filter(|row| row.class == class).count(), 1);
    prop_assert!(State::Sending.may_become(follows.to));
    prop_assert_eq!(follows.outcome == Outcome::Executed, class == Class::Success);
    if follows.to == State::Ready || follows.to.is_final() {
        prop_assert_eq!(follows.outcome, Outcome::NotExecuted);
    }
    Ok(class)
}

#[test]
fn a_hundred_thousand_answers_have_one_class_each_and_only_documented_ones_prove_anything() {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 100_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let seen = std::cell::RefCell::new(std::collections::BTreeMap::<Class, u32>::new());
    runner
        .run(&(status(), body(), any::<bool>()), |(status, body, makes_orders)| {
            *seen.borrow_mut().entry(check_as(makes_orders, status, &body)?).or_default() += 1;
            Ok(())
        })
        .expect("the table is total");
    let seen = seen.into_inner();
    for class in Class::ALL {
        assert!(seen.get(&class).is_some_and(|n| *n >= 20), "{class:?}: {seen:?}");
    }
}

#[test]
fn every_status_with_every_code_has_the_class_that_is_documented() {
    let mut seen = 0;
    for status in 0..=u16::MAX {
        // Beyond the statuses that exist, a few codes are enough.
        let codes = if status < 1_000 { CODES } else { &CODES[..1] };
        for code in codes {
            let class = check(status, well_formed(code).as_bytes()).expect("total");
            assert_ne!(class, Class::Success, "a code is no success");
            for sure in [Class::NotExecuted, Class::Never] {
                assert_eq!(class == sure, documented(status, code, sure), "{status} {code}: {class:?}");
            }
            seen += 1;
        }
    }
    assert!(seen > 100_000, "{seen}");
}

#[test]
fn bodies_without_end_and_without_bottom_prove_nothing() {
    let huge = format!(r#"{{"error_code":"APIG.0308","error_msg":"{}"}}"#, "m".repeat(10 << 20));
    let deep = "[".repeat(200_000);
    let nested = format!(r#"{{"error_code":{}"APIG.0308"{}}}"#, "[".repeat(5_000), "]".repeat(5_000));
    for status in [200_u16, 204, 400, 401, 403, 404, 429, 500] {
        assert_eq!(
            classify(&Expected::Nothing, Received::Answer { status, body: deep.as_bytes() }).class,
            Class::Ambiguous
        );
        assert_eq!(
            classify(&Expected::Nothing, Received::Answer { status, body: nested.as_bytes() }).class,
            Class::Ambiguous
        );
        check(status, huge.as_bytes()).expect("total");
    }
    let spaces = vec![b' '; 1 << 20];
    assert_eq!(
        classify(&Expected::Nothing, Received::Answer { status: 500, body: &spaces }).class,
        Class::Ambiguous
    );
}
