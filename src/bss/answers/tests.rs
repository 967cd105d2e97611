//! What every form of answer proves, and that nothing else does.

use proptest::prelude::*;

use super::*;
use crate::bss::transport::Stage;

fn class(status: u16, body: &str) -> Class {
    classify(&Expected::Nothing, Received::Answer { status, body: body.as_bytes() }).class
}

fn coded(status: u16, code: &str) -> Class {
    class(status, &format!(r#"{{"error_code":"{code}","error_msg":"x"}}"#))
}

#[test]
fn an_empty_success_is_the_only_proof_of_execution() {
    for (status, body) in [(204, ""), (200, "{}"), (200, " \n"), (200, "{ }"), (202, "")] {
        assert_eq!(class(status, body), Class::Success, "{status} {body:?}");
    }
    for (status, body) in [
        (200, "<html>"),
        (200, "null"),
        (200, "[]"),
        (200, r#"{"a":1}"#),
        (200, r#"{"error_code":"CBC.0000"}"#),
        (302, ""),
        (100, ""),
        (500, ""),
    ] {
        assert_eq!(class(status, body), Class::Ambiguous, "{status} {body:?}");
    }
}

/// What an answer proves about a write on resource `r-1` that makes orders.
fn making(status: u16, body: &str) -> Verdict {
    let expected = Expected::OrdersFor(vec!["r-1".to_owned()]);
    classify(&expected, Received::Answer { status, body: body.as_bytes() })
}

#[test]
fn the_orders_that_it_made_prove_execution_where_orders_are_made() {
    for (body, orders) in [
        (r#"{"order_ids":["CS1"]}"#, vec!["CS1"]),
        (r#"{"order_ids":["CS1"],"fail_resource_infos":[]}"#, vec!["CS1"]),
        (r#"{"order_ids":["CS1"],"fail_resource_infos":null,"error_code":"CBC.0000"}"#, vec!["CS1"]),
        (r#" {"new":{"x":[1]},"order_ids":["CS1","CS2"]} "#, vec!["CS1", "CS2"]),
        (
            r#"{"order_ids":["CS1"],"fail_resource_infos":[{"resource_id":"r-2","error_code":"CBC.1"}]}"#,
            vec!["CS1"],
        ),
    ] {
        let verdict = making(200, body);
        assert_eq!(verdict.class, Class::Success, "{body}");
        assert_eq!(verdict.order_ids, orders, "{body}");
        assert_eq!(class(200, body), Class::Ambiguous, "paying makes no order: {body}");
    }
}

#[test]
fn our_resource_among_the_failed_is_executed_in_part_whatever_else_is_said() {
    for body in [
        r#"{"order_ids":[],"fail_resource_infos":[{"resource_id":"r-1","error_code":"CBC.99003100","error_msg":"no"}]}"#,
        r#"{"order_ids":["CS1"],"fail_resource_infos":[{"resource_id":"r-2"},{"resource_id":"r-1","error_code":"CBC.99003100","error_msg":"no"}]}"#,
        r#"{"fail_resource_infos":[{"resource_id":"r-1","error_code":"CBC.99003100","error_msg":"no"}]}"#,
    ] {
        let verdict = making(200, body);
        assert_eq!((verdict.class, verdict.order_ids.len()), (Class::Partial, 0), "{body}");
        assert_eq!(verdict.error_code.as_deref(), Some("CBC.99003100"), "{body}");
        assert_eq!(verdict.error_msg.as_deref(), Some("no"), "{body}");
    }
}

#[test]
fn anything_else_proves_nothing_where_orders_are_made() {
    for body in [
        "",
        "{}",
        "<html>",
        "null",
        r#"["CS1"]"#,
        r#"[["CS1"],null,null]"#,
        r#"{"order_ids":null}"#,
        r#"{"order_ids":[]}"#,
        r#"{"order_ids":[""]}"#,
        r#"{"order_ids":["CS1",""]}"#,
        r#"{"order_ids":["CS1",null]}"#,
        r#"{"order_ids":[1]}"#,
        r#"{"order_ids":"CS1"}"#,
        r#"{"order_ids":["<b>CS1</b>"]}"#,
        r#"{"order_ids":["CS1"],"order_ids":["CS2"]}"#,
        r#"{"order_ids":["CS1"],"fail_resource_infos":"none"}"#,
        r#"{"order_ids":["CS1"],"fail_resource_infos":[{"error_code":"CBC.1"}]}"#,
        r#"{"order_ids":["CS1"]"#,
    ] {
        let verdict = making(200, body);
        assert_eq!((verdict.class, verdict.order_ids.len()), (Class::Ambiguous, 0), "{body}");
    }
    // An answer that is no success, or says a code of failure, is not one for naming an order.
    for (status, body, expected) in [
        (302, r#"{"order_ids":["CS1"]}"#, Class::Ambiguous),
        (500, r#"{"order_ids":["CS1"]}"#, Class::Ambiguous),
        (200, r#"{"order_ids":["CS1"],"error_code":"CBC.99003100"}"#, Class::Rejected),
        (200, r#"{"order_ids":["CS1"],"error_code":"APIG.0201"}"#, Class::Ambiguous),
        (400, r#"{"error_code":"CBC.99003100","error_msg":"x"}"#, Class::Rejected),
        (400, r#"{"error_code":"CBC.0100","error_msg":"x"}"#, Class::Never),
        (429, r#"{"error_code":"APIG.0308","error_msg":"x"}"#, Class::NotExecuted),
        (500, r#"{"error_code":"CBC.0999","error_msg":"x"}"#, Class::Ambiguous),
    ] {
        let verdict = making(status, body);
        assert_eq!((verdict.class, verdict.order_ids.len()), (expected, 0), "{status} {body}");
    }
}

/// What an answer proves about a write that names these resources.
fn about(expected: fn(Vec<String>) -> Expected, resources: &[&str], body: &str) -> Verdict {
    let expected = expected(resources.iter().map(|id| (*id).to_owned()).collect());
    classify(&expected, Received::Answer { status: 200, body: body.as_bytes() })
}

fn failed(verdict: &Verdict) -> Vec<(&str, Option<&str>)> {
    verdict.failed.iter().map(|failure| (&*failure.resource_id, failure.error_code.as_deref())).collect()
}

#[test]
fn a_success_with_failed_items_is_none_for_those_and_names_the_orders_of_the_others() {
    let body = r#"{"order_ids":["CS1"],"fail_resource_infos":[
        {"resource_id":"r-3","error_code":"CBC.99003144","error_msg":"b"},
        {"resource_id":"r-9","error_code":"CBC.1"},
        {"resource_id":"r-2","error_code":"CBC.99003100","error_msg":"a"}]}"#;
    let verdict = about(Expected::OrdersFor, &["r-1", "r-2", "r-3"], body);
    assert_eq!(verdict.class, Class::Partial);
    assert_eq!(verdict.order_ids, ["CS1"]);
    assert_eq!(failed(&verdict), [("r-2", Some("CBC.99003100")), ("r-3", Some("CBC.99003144"))]);
    assert_eq!(verdict.error_code.as_deref(), Some("CBC.99003100"));
    // Some failed and no order is named: nobody knows what became of the others.
    let lost =
        about(Expected::OrdersFor, &["r-1", "r-2"], r#"{"fail_resource_infos":[{"resource_id":"r-2"}]}"#);
    assert_eq!((lost.class, lost.failed.len()), (Class::Ambiguous, 0));
    let none = about(Expected::OrdersFor, &["r-2"], r#"{"fail_resource_infos":[{"resource_id":"r-2"}]}"#);
    assert_eq!((none.class, failed(&none)), (Class::Partial, vec![("r-2", None)]));
}

#[test]
fn setting_to_pay_per_use_succeeds_in_silence_and_lists_what_it_did_not_set() {
    for body in ["", "{}", r#"{"error_details":[]}"#, r#"{"error_details":null,"error_code":""}"#] {
        assert_eq!(about(Expected::NoneNotDone, &["r-1"], body).class, Class::Success, "{body}");
    }
    let body = r#"{"error_details":[{"id":"r-2","error_code":"CBC.99003611","error_msg":"package"}]}"#;
    let verdict = about(Expected::NoneNotDone, &["r-1", "r-2"], body);
    assert_eq!((verdict.class, failed(&verdict)), (Class::Partial, vec![("r-2", Some("CBC.99003611"))]));
    for body in [
        "[]",
        "null",
        r#"{"error_details":[{"error_code":"x"}]}"#,
        r#"{"error_details":"no"}"#,
        r#"{"error_details":[{"id":"a-disk-of-r-1","error_code":"CBC.99003611"}]}"#,
        r#"{"error_msg":"The resource cannot be set."}"#,
    ] {
        assert_eq!(about(Expected::NoneNotDone, &["r-1"], body).class, Class::Ambiguous, "{body}");
    }
}

#[test]
fn converting_at_once_needs_one_known_result_for_each_resource() {
    let of = |results: &str| {
        let body = format!(r#"{{"to_ondemand_service_results":[{results}]}}"#);
        about(Expected::ResultsFor, &["r-1", "r-2"], &body)
    };
    let done = r#"{"resource_id":"r-1","result":"SUCCESS","order_id":"CS1"}"#;
    let verdict = of(&format!(r#"{{"resource_id":"r-2","result":"AUDIT","order_id":"CS2"}},{done}"#));
    assert_eq!((verdict.class, verdict.order_ids), (Class::Success, vec!["CS1".into(), "CS2".into()]));
    assert_eq!(verdict.done, Some(Done::UnderReview(vec!["r-2".to_owned()])));
    let part = of(&format!(r#"{done},{{"resource_id":"r-2","result":"FAIL","error_code":"CBC.99003623"}}"#));
    assert_eq!((part.class, &*part.order_ids), (Class::Partial, &["CS1".to_owned()][..]));
    assert_eq!(failed(&part), [("r-2", Some("CBC.99003623"))]);
    for unclear in [
        done.to_owned(),
        format!(r#"{done},{{"resource_id":"r-2","result":"LATER"}}"#),
        format!(r#"{done},{{"resource_id":"r-2"}}"#),
        format!(r#"{done},{done},{{"resource_id":"r-2","result":"SUCCESS"}}"#),
        format!(r#"{done},{{"resource_id":"r-2","result":"SUCCESS","order_id":"<b>"}}"#),
    ] {
        assert_eq!(of(&unclear).class, Class::Ambiguous, "{unclear}");
    }
}

#[test]
fn a_moved_coupon_and_what_came_back_have_to_be_named() {
    let class_of = |expected: &Expected, body: &str| {
        let verdict = classify(expected, Received::Answer { status: 200, body: body.as_bytes() });
        (verdict.class, verdict.done)
    };
    let coupon = class_of(&Expected::Coupon, r#"{"sub_coupon_id":"CP1"}"#);
    assert_eq!(coupon, (Class::Success, Some(Done::Coupon("CP1".to_owned()))));
    for body in ["", "{}", r#"{"sub_coupon_id":""}"#, r#"{"sub_coupon_id":7}"#] {
        assert_eq!(class_of(&Expected::Coupon, body), (Class::Ambiguous, None), "{body}");
    }
    for body in [r#"{"real_retrieve_amout":"12.50"}"#, r#"{"real_retrieve_amout":12.5}"#] {
        let back = Some(Done::CameBack("12.5".parse().expect("money")));
        assert_eq!(class_of(&Expected::Amount, body), (Class::Success, back), "{body}");
    }
    for body in ["{}", r#"{"real_retrieve_amout":"-1"}"#, r#"{"real_retrieve_amount":"1"}"#] {
        assert_eq!(class_of(&Expected::Amount, body), (Class::Ambiguous, None), "{body}");
    }
}

#[test]
fn a_day_of_renewal_is_acknowledged_with_the_code_of_success_or_nothing() {
    let class_of = |body: &str| {
        classify(&Expected::Acknowledged, Received::Answer { status: 200, body: body.as_bytes() }).class
    };
    for body in ["", "{}", r#"{"error_code":"CBC.0000","error_msg":"Success"}"#, r#"{"error_code":null}"#] {
        assert_eq!(class_of(body), Class::Success, "{body}");
    }
    assert_eq!(class_of(r#"{"error_code":"CBC.0100"}"#), Class::Rejected);
    for body in ["<html>", r#"{"error_msg":"Something went wrong."}"#] {
        assert_eq!(class_of(body), Class::Ambiguous, "{body}");
    }
}

#[test]
fn gateway_refusals_count_by_number_under_both_prefixes() {
    for prefix in ["APIG", "APIGW"] {
        for (status, number) in [(429, "0308"), (401, "0301"), (403, "0306"), (404, "0101"), (413, "0201")] {
            assert_eq!(coded(status, &format!("{prefix}.{number}")), Class::NotExecuted, "{status} {number}");
        }
    }
    // The right number under another status, or another number, proves nothing.
    for (status, code) in [(500, "APIG.0308"), (403, "APIG.0308"), (401, "APIG.0999"), (404, "APIG.0308")] {
        assert_eq!(coded(status, code), Class::Ambiguous, "{status} {code}");
    }
}

#[test]
fn parameters_and_permissions_can_never_succeed() {
    assert_eq!(coded(400, "CBC.0100"), Class::Never);
    assert_eq!(coded(403, "CBC.0151"), Class::Never);
    assert_eq!(coded(403, "CBC.0156"), Class::Rejected);
}

#[test]
fn a_rule_of_the_business_proves_nothing_about_earlier_copies() {
    for code in ["CBC.99003106", "CBC.99005003", "CBC.99005010", "CBC.99999999"] {
        assert_eq!(coded(400, code), Class::Rejected, "{code}");
    }
    assert_eq!(coded(200, "CBC.99003106"), Class::Rejected);
    for (status, code) in [
        (400, "CBC.99000087"),
        (429, "CBC.0250"),
        (500, "CBC.0999"),
        (503, "CBC.99003106"),
        (408, "CBC.99003106"),
        (400, "CBC.x"),
        (400, "SOMETHING.1"),
    ] {
        assert_eq!(coded(status, code), Class::Ambiguous, "{status} {code}");
    }
}

#[test]
fn a_broken_exchange_counts_by_whether_a_byte_may_have_left() {
    let unsent = Broken::unsent(Stage::Tls, "x");
    let sent = Broken::sent(Stage::Deadline, "x");
    assert_eq!(classify(&Expected::Nothing, Received::Broken(&unsent)).class, Class::NotExecuted);
    assert_eq!(classify(&Expected::Nothing, Received::Broken(&sent)).class, Class::Ambiguous);
}

#[test]
fn every_row_names_its_source_and_its_letter_reads_back() {
    for row in TABLE {
        assert!(row.citation.contains("api-oce") || row.citation.contains("apig"), "{row:?}");
    }
    for class in Class::ALL {
        assert_eq!(Class::from_letter(class.letter()), Some(class));
    }
}

/// What may be sent again, written out a second time and independently of the table.
fn may_resend(status: u16, body: &str) -> bool {
    let said = |codes: &[&str]| {
        ["APIG.", "APIGW."].iter().any(|prefix| {
            codes.iter().any(|code| body.contains(&format!("\"error_code\":\"{prefix}{code}\"")))
        })
    };
    match status {
        429 => said(&["0308"]),
        401 => said(&["0301", "0305", "0307"]),
        403 => said(&["0302", "0304", "0306", "0401", "0402"]),
        404 => said(&["0101"]),
        405 | 413 | 414 | 415 => body.contains("\"error_code\":\"APIG"),
        _ => false,
    }
}

proptest! {
    #[test]
    fn every_answer_has_a_class_and_garbage_proves_nothing(status in 100_u16..600, body in any::<Vec<u8>>()) {
        let verdict = classify(&Expected::Nothing, Received::Answer { status, body: &body });
        if !(is_nothing(&body) && (200..300).contains(&status)) {
            prop_assert_eq!(verdict.class, Class::Ambiguous);
        }
        let expected = Expected::OrdersFor(vec!["r-1".to_owned()]);
        let verdict = classify(&expected, Received::Answer { status, body: &body });
        prop_assert_eq!(verdict.class, Class::Ambiguous);
    }

    #[test]
    fn a_success_that_makes_orders_is_2xx_and_names_each(
        status in 100_u16..600,
        ids in proptest::collection::vec("[A-Z0-9]{0,3}", 0..4),
        failed in proptest::collection::vec(prop_oneof![Just("r-1"), Just("r-2")], 0..3),
    ) {
        let infos: Vec<_> = failed.iter().map(|id| serde_json::json!({ "resource_id": id })).collect();
        let body = serde_json::json!({ "order_ids": ids, "fail_resource_infos": infos }).to_string();
        let whole = (200..300).contains(&status);
        let class = match () {
            () if !whole => Class::Ambiguous,
            () if failed.contains(&"r-1") => Class::Partial,
            () if ids.is_empty() || ids.iter().any(String::is_empty) => Class::Ambiguous,
            () => Class::Success,
        };
        let verdict = making(status, &body);
        prop_assert_eq!(verdict.class, class);
        prop_assert_eq!(verdict.order_ids, if class == Class::Success { ids } else { Vec::new() });
    }

    #[test]
    fn only_cited_codes_allow_resending_or_giving_up(
        status in prop_oneof![100_u16..600, Just(400), Just(401), Just(403), Just(404), Just(429)],
        prefix in prop_oneof![Just("APIG."), Just("APIGW."), Just("CBC."), Just("CBC.990031"), Just("")],
        number in prop_oneof![
            0_u32..1000, Just(308), Just(301), Just(302), Just(304), Just(305), Just(306), Just(307),
            Just(401), Just(402), Just(101), Just(100), Just(150), Just(151), Just(155),
        ],
    ) {
        let code = format!("{prefix}{number:04}");
        let body = format!(r#"{{"error_code":"{code}","error_msg":"m"}}"#);
        match class(status, &body) {
            Class::NotExecuted => prop_assert!(may_resend(status, &body)),
            Class::Never => {
                let parameters = status == 400 && ["CBC.0100", "CBC.0101"].contains(&code.as_str());
                let permission =
                    status == 403 && ["CBC.0150", "CBC.0151", "CBC.0155"].contains(&code.as_str());
                prop_assert!(parameters || permission);
            }
            Class::Rejected => {
                prop_assert!(code.starts_with("CBC.") && (status == 200 || (400..500).contains(&status)));
            }
            Class::Ambiguous => prop_assert!(!may_resend(status, &body)),
            Class::Success | Class::Partial => prop_assert!(false, "a code is no success"),
        }
        if status < 200 || (300..400).contains(&status) || status >= 500 {
            prop_assert_eq!(class(status, &body), Class::Ambiguous);
        }
    }
}
