//! Every documented code has words in both languages, and the special forms say what they know.

use std::collections::HashSet;

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Documented {
    code: String,
    http: u16,
    operations: Vec<String>,
}

fn documented() -> Vec<Documented> {
    serde_json::from_str(include_str!("../../../tests/fixtures/error_codes.json")).expect("the list of codes")
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

#[test]
fn every_documented_code_has_a_meaning_and_a_next_step_in_both_languages() {
    let documented = documented();
    assert!(documented.len() > 100, "{}", documented.len());
    for Documented { code, http, operations } in &documented {
        for operation in operations {
            let said = Said {
                operation: Some(operation),
                status: Some(*http),
                code: Some(code),
                message: Some("user access denied."),
            };
            let zh = explain_said(said, Locale::Zh).unwrap_or_else(|| panic!("{code}"));
            let en = explain_said(said, Locale::En).unwrap_or_else(|| panic!("{code}"));
            assert!(is_chinese(&zh.meaning) && is_chinese(&zh.next), "{code} {zh:?}");
            assert!(!is_chinese(&en.meaning) && !is_chinese(&en.next), "{code} {en:?}");
            assert!(en.meaning.len() > 10 && en.next.len() > 10, "{code} {en:?}");
            for text in [&zh.meaning, &zh.next, &en.meaning, &en.next] {
                assert!(text.ends_with(['.', '。']), "{code} {text}");
            }
        }
    }
}

#[test]
fn nothing_that_may_have_been_done_is_told_to_be_just_tried_again() {
    let doubtful = [
        (429, Some("CBC.0250")),
        (500, Some("CBC.0999")),
        (400, Some("CBC.99000087")),
        (502, Some("APIG.0201")),
        (503, Some("APIG.0202")),
        (504, Some("APIGW.0203")),
        (502, Some("APIG.0610")),
        (502, None),
        (504, None),
    ];
    for (status, code) in doubtful {
        let said = Said { operation: Some("pay_orders"), status: Some(status), code, message: None };
        let (zh, en) = (explain_said(said, Locale::Zh), explain_said(said, Locale::En));
        let (zh, en) = (zh.expect("known").next, en.expect("known").next);
        assert!(zh.contains("核对") || zh.contains("无济于事"), "{code:?} {zh}");
        assert!(en.to_lowercase().contains("look at") || en.contains("will not help"), "{code:?} {en}");
    }
    // Another order of the same resource may be just what was wanted.
    for code in ["CBC.99003100", "CBC.99003144", "CBC.30050010"] {
        let next = explain(code, None, Locale::En).expect("known").next;
        assert!(next.starts_with("Look at") || next.contains("and look at"), "{code} {next}");
    }
}

#[test]
fn the_documented_operations_are_in_the_catalogue() {
    #[derive(Deserialize)]
    struct Catalogue {
        operations: Vec<Named>,
    }
    #[derive(Deserialize)]
    struct Named {
        operation_id: String,
    }
    let text = include_str!("../../../tests/fixtures/catalog.json");
    let catalogue: Catalogue = serde_json::from_str(text).expect("the catalogue");
    let known: HashSet<&str> = catalogue.operations.iter().map(|named| named.operation_id.as_str()).collect();
    let documented = documented();
    let operations = documented.iter().flat_map(|documented| &documented.operations);
    let permissions = crate::bss::permissions::PERMISSIONS;
    let needing = permissions.iter().flat_map(|permission| permission.operations).copied();
    for operation in operations.map(String::as_str).filter(|name| *name != "*").chain(needing) {
        assert!(known.contains(operation), "{operation}");
    }
}

#[test]
fn a_denied_permission_is_named() {
    let message = "user access denied.checkCustomerPermission,correct permission code is billing:order:view";
    assert_eq!(missing_permission(message), Some("billing:order:view"));
    let told = explain("CBC.0151", Some(message), Locale::En).expect("known");
    assert!(told.next.contains("billing:order:view"));
    assert_eq!(missing_permission("access denied"), None);
    assert!(explain("CBC.0151", None, Locale::Zh).is_some());
}

#[test]
fn a_permission_that_huawei_does_not_name_is_the_one_of_the_operation() {
    for permission in crate::bss::permissions::PERMISSIONS {
        for operation in permission.operations {
            let said = Said { operation: Some(operation), code: Some("CBC.0151"), ..Said::default() };
            for locale in [Locale::Zh, Locale::En] {
                let next = explain_said(said, locale).expect("known").next;
                assert!(next.contains(&permission.codes()), "{operation} {next}");
            }
        }
    }
}

#[test]
fn the_condition_key_that_belongs_to_unsubscribing_alone_is_cured() {
    let denied = |code: &str| {
        let message = format!("user access denied.checkCustomerPermission,correct permission code is {code}");
        explain("CBC.0151", Some(&message), Locale::En).expect("known").next.into_owned()
    };
    let other = denied("billing:order:view");
    assert!(other.contains("billing:cloudServiceType") && other.contains("statement of its own"), "{other}");
    let unsubscribing = denied("billing:subscription:unsubscribe");
    assert!(unsubscribing.contains("billing:cloudServiceType"), "{unsubscribing}");
    assert!(!unsubscribing.contains("statement of its own"), "{unsubscribing}");
}

#[test]
fn the_gateway_is_understood_under_both_prefixes_and_in_its_three_forms() {
    for code in ["APIG.0301", "APIGW.0301"] {
        let meaning = |message: &str| {
            let message = format!("Incorrect IAM authentication information: {message}");
            explain(code, Some(&message), Locale::En).expect("known").meaning.into_owned()
        };
        assert!(meaning("verify aksk signature fail").contains("secret key"), "{code}");
        assert!(meaning("ak AKEXAMPLE not exist").contains("access key does not exist"), "{code}");
        assert!(
            meaning("calc aksk signature fail:signature expired, signature time:…").contains("15 minutes")
        );
        let expired = "calc aksk signature fail:signature expired, signature time:20211217T064303Z,server \
                       time:20211217T065804Z";
        assert_eq!(meaning(expired), "This server's clock is 901 seconds behind Huawei's.");
        assert!(meaning("the security token has expired").contains("security token"));
        assert!(meaning("something new").contains("authentication"));
    }
}

#[test]
fn the_direction_of_a_wrong_clock_is_told() {
    let ahead = "signature time:20211217T070000Z,server time:20211217T064000Z";
    let apart = clock_apart(ahead).expect("both times");
    assert_eq!(apart.words(Locale::Zh), "本服务器时钟比华为云快 1200 秒。");
    assert_eq!(apart.words(Locale::En), "This server's clock is 1200 seconds ahead of Huawei's.");
    for text in
        ["", "signature time:2021", "signature time:20211217T070000Z", "signature time:时间时间时间时间"]
    {
        assert_eq!(clock_apart(text), None, "{text}");
    }
}

#[test]
fn an_answer_without_a_code_is_explained_by_its_status_and_words() {
    let told = |status, message| {
        let said = Said { status: Some(status), message, ..Said::default() };
        explain_said(said, Locale::En)
    };
    let expired = told(401, Some("x_auth_token is expired.")).expect("known");
    assert!(expired.meaning.contains("24 hours"), "{expired:?}");
    for (status, word) in [
        (400, "malformed"),
        (401, "authentication"),
        (403, "denied"),
        (404, "address"),
        (411, "Content-Length"),
        (429, "throttled"),
        (502, "cannot handle"),
    ] {
        let told = told(status, Some("<html>")).unwrap_or_else(|| panic!("{status}"));
        assert!(told.meaning.contains(word), "{status} {told:?}");
    }
    assert_eq!(told(200, None), None);
    assert_eq!(told(302, Some("moved")), None);
}

#[test]
fn an_unmet_check_is_named_by_the_message() {
    for (name, word) in [
        ("NO_SHARE_CREDIT_TO_SUB_PERMISSION", "credit"),
        ("TRANS_CREDIT_EXT_PRI_MUST_POSTPAY", "after use"),
        ("ADVANCE_PAY_PRI_SUB_MUST_SAME_LEGAL", "legal entity"),
        ("NOT_OPEN_PROJECT_GROUP", "Enterprise projects"),
        ("NOT_OPEN_MULTI_PROJECT", "Multiple projects"),
        ("SELF_OPEN_ONLY_FOR_ENT_AND_INTR_CUST", "enterprise customers"),
    ] {
        let message = format!("The check failed: {name}.");
        let told = explain("CBC.99007004", Some(&message), Locale::En).expect("known");
        assert!(told.meaning.contains(word), "{name} {told:?}");
    }
    assert!(explain("CBC.99007004", Some("NEW_CHECK"), Locale::En).expect("known").meaning.contains("check"));
}

#[test]
fn codes_of_items_may_come_without_their_prefix() {
    assert_eq!(explain("99003012", None, Locale::En), explain("CBC.99003012", None, Locale::En));
}

#[test]
fn a_code_that_we_do_not_know_is_left_alone() {
    for code in ["CBC.12345678", "APIG.9999", "", "APIG", "cbc.0100"] {
        assert_eq!(explain(code, None, Locale::Zh), None, "{code}");
    }
}

#[test]
fn no_code_is_explained_twice() {
    let names: Vec<String> = TABLES
        .into_iter()
        .flatten()
        .map(|(code, ..)| match code {
            Code::Business(code) => (*code).to_owned(),
            Code::BusinessSaying(code, words) => format!("{code} {words}"),
            Code::Gateway(number) => number.to_string(),
            Code::GatewaySaying(number, words) => format!("{number} {words}"),
        })
        .collect();
    let unique: HashSet<_> = names.iter().collect();
    assert_eq!(unique.len(), names.len());
}
