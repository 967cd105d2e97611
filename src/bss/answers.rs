//! What an answer to a write proves, as a table with a source for every row. The default is that
//! nothing is proved; a code is in the classes that allow resending only with a citation.

use super::{
    error::{Envelope, gateway_number},
    transport::Broken,
};

/// What an answer proves about a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// S: executed.
    Success,
    /// P: accepted, but our item is among those that failed.
    Partial,
    /// N: not executed; the same may be sent again in a new attempt.
    NotExecuted,
    /// V: not executed and never will be, provided that no earlier attempt is alive.
    Never,
    /// R: refused by the business rules. It proves nothing about an earlier copy of the request, so it
    /// is settled by reading.
    Rejected,
    /// A: anything may have happened.
    Ambiguous,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 6] =
        [Self::Success, Self::Partial, Self::NotExecuted, Self::Never, Self::Rejected, Self::Ambiguous];

    /// Its letter in the table, for records.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Success => "S",
            Self::Partial => "P",
            Self::NotExecuted => "N",
            Self::Never => "V",
            Self::Rejected => "R",
            Self::Ambiguous => "A",
        }
    }

    /// The class of a letter.
    pub fn from_letter(letter: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.letter() == letter)
    }
}

/// What came back from sending a write.
#[derive(Debug, Clone, Copy)]
pub enum Received<'a> {
    /// A whole answer.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The whole body.
        body: &'a [u8],
    },
    /// No whole answer.
    Broken(&'a Broken),
}

/// The class of what was received, with what Huawei said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What it proves.
    pub class: Class,
    /// Huawei's code.
    pub error_code: Option<String>,
    /// Huawei's words.
    pub error_msg: Option<String>,
    /// The request id in the body, as the gateway puts it.
    pub request_id: Option<String>,
    /// Why it proves that.
    pub citation: &'static str,
}

/// One row of the table. The first row that fits decides.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The statuses that it is about.
    pub status: Status,
    /// What the body has to say.
    pub says: Says,
    /// What that proves.
    pub class: Class,
    /// Where that is documented.
    pub citation: &'static str,
}

/// Which HTTP statuses a row is about.
#[derive(Debug, Clone, Copy)]
pub enum Status {
    /// 200 to 299.
    Success,
    /// These.
    One(&'static [u16]),
    /// 200, and 400 to 499 but for 408 (which is a time-out by another name).
    Refusal,
    /// Every one.
    Any,
}

/// What the body has to say for a row to fit.
#[derive(Debug, Clone, Copy)]
pub enum Says {
    /// Nothing: it is empty or `{}`, as after paying and cancelling.
    Nothing,
    /// A gateway code with one of these numbers, as `APIG.` or `APIGW.`.
    Gateway(&'static [u16]),
    /// Some gateway code.
    SomeGateway,
    /// One of these codes of BSS.
    Business(&'static [&'static str]),
    /// Some code of BSS.
    SomeBusiness,
}

/// The version of the table, recorded with every verdict so that old ones can be read later.
pub const VERSION: u32 = 1;

/// The table. Whatever fits no row is ambiguous.
pub const TABLE: &[Row] = &[
    Row {
        status: Status::Success,
        says: Says::Nothing,
        class: Class::Success,
        citation: "api-oce, api_order_00030 (pay, v3) and the page of cancelling: success is 204 without a body",
    },
    Row {
        status: Status::Any,
        says: Says::Business(&["CBC.0250", "CBC.0999", "CBC.99000087"]),
        class: Class::Ambiguous,
        citation: "api-oce, status codes: flow control inside BSS, any other error, unusual failure: none says that \
                   nothing was done",
    },
    Row {
        status: Status::One(&[429]),
        says: Says::Gateway(&[308]),
        class: Class::NotExecuted,
        citation: "api-oce, FAQ on APIG.0308: refused by the gateway's throttling, to be sent again after 2 to 5 s",
    },
    Row {
        status: Status::One(&[401]),
        says: Says::Gateway(&[301, 305, 307]),
        class: Class::NotExecuted,
        citation: "usermanual-apig/apig_03_0048 and devg-apisign/api-sign-errorcode: identity not verified (0301), \
                   authentication information wrong (0305), token to be renewed (0307); not passed on",
    },
    Row {
        status: Status::One(&[403]),
        says: Says::Gateway(&[302, 304, 306, 401, 402]),
        class: Class::NotExecuted,
        citation: "usermanual-apig/apig_03_0048 and devg-apisign/api-sign-errorcode: user not authorised (0302), \
                   application not authorised (0304), access denied (0306), address unknown (0401) or not \
                   authorised (0402); not passed on",
    },
    Row {
        status: Status::One(&[404]),
        says: Says::Gateway(&[101]),
        class: Class::NotExecuted,
        citation: "usermanual-apig/apig_03_0048: no such API, or not published; there is nowhere to pass it on to",
    },
    Row {
        status: Status::One(&[405, 413, 414, 415]),
        says: Says::SomeGateway,
        class: Class::NotExecuted,
        citation: "usermanual-apig/apig_03_0048: the gateway refuses method, size, target or media type itself",
    },
    Row {
        status: Status::One(&[400]),
        says: Says::Business(&["CBC.0100", "CBC.0101"]),
        class: Class::Never,
        citation: "api-oce, status codes of every operation: a parameter is wrong or missing",
    },
    Row {
        status: Status::One(&[403]),
        says: Says::Business(&["CBC.0150", "CBC.0151", "CBC.0155"]),
        class: Class::Never,
        citation: "api-oce, status codes and jac_00004 (permissions): account of the other site, no permission for \
                   the API, request not allowed to this account",
    },
    Row {
        status: Status::Refusal,
        says: Says::SomeBusiness,
        class: Class::Rejected,
        citation: "api-oce, api_order_00030 and the page of cancelling: refused by a rule of the business",
    },
];

/// What `received` proves. Total: there is a class for every input, and it is `Ambiguous` unless a row
/// of the table says otherwise.
pub fn classify(received: Received<'_>) -> Verdict {
    match received {
        Received::Broken(broken) => {
            let (class, citation) = if broken.sent {
                (Class::Ambiguous, "no whole answer came after the first byte could have left")
            } else {
                (Class::NotExecuted, "it failed before the first byte left, so nobody has seen it")
            };
            Verdict { class, error_code: None, error_msg: None, request_id: None, citation }
        }
        Received::Answer { status, body } => {
            let envelope = Envelope::read(body);
            let row = TABLE
                .iter()
                .find(|row| row.status.fits(status) && row.says.fits(body, envelope.code.as_deref()));
            Verdict {
                class: row.map_or(Class::Ambiguous, |row| row.class),
                citation: row.map_or("fits no row of the table", |row| row.citation),
                error_code: envelope.code,
                error_msg: envelope.message,
                request_id: envelope.request_id,
            }
        }
    }
}

impl Status {
    fn fits(self, status: u16) -> bool {
        match self {
            Self::Success => (200..300).contains(&status),
            Self::One(statuses) => statuses.contains(&status),
            Self::Refusal => status == 200 || ((400..500).contains(&status) && status != 408),
            Self::Any => true,
        }
    }
}

impl Says {
    fn fits(self, body: &[u8], code: Option<&str>) -> bool {
        match self {
            Self::Nothing => is_nothing(body),
            Self::Gateway(numbers) => {
                code.and_then(gateway_number).is_some_and(|number| numbers.contains(&number))
            }
            Self::SomeGateway => code.and_then(gateway_number).is_some(),
            Self::Business(codes) => code.is_some_and(|code| codes.contains(&code)),
            Self::SomeBusiness => code.is_some_and(is_business),
        }
    }
}

/// A code of BSS that tells of a refusal: `CBC.` and digits, other than the code of success.
fn is_business(code: &str) -> bool {
    let digits = code.strip_prefix("CBC.").unwrap_or_default();
    digits.len() >= 4 && digits.bytes().all(|digit| digit.is_ascii_digit()) && code != "CBC.0000"
}

fn is_nothing(body: &[u8]) -> bool {
    let text: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    text.is_empty() || text == b"{}"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bss::transport::Stage;

    fn class(status: u16, body: &str) -> Class {
        classify(Received::Answer { status, body: body.as_bytes() }).class
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

    #[test]
    fn gateway_refusals_count_by_number_under_both_prefixes() {
        for prefix in ["APIG", "APIGW"] {
            for (status, number) in
                [(429, "0308"), (401, "0301"), (403, "0306"), (404, "0101"), (413, "0201")]
            {
                assert_eq!(
                    coded(status, &format!("{prefix}.{number}")),
                    Class::NotExecuted,
                    "{status} {number}"
                );
            }
        }
        // The right number under another status, or another number, proves nothing.
        for (status, code) in [(500, "APIG.0308"), (403, "APIG.0308"), (401, "APIG.0999"), (404, "APIG.0308")]
        {
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
        assert_eq!(classify(Received::Broken(&unsent)).class, Class::NotExecuted);
        assert_eq!(classify(Received::Broken(&sent)).class, Class::Ambiguous);
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
            let verdict = classify(Received::Answer { status, body: &body });
            if !(is_nothing(&body) && (200..300).contains(&status)) {
                prop_assert_eq!(verdict.class, Class::Ambiguous);
            }
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
}
