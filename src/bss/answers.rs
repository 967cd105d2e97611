//! What an answer to a write proves, as a table with a source for every row. The default is that
//! nothing is proved; a code is in the classes that allow resending only with a citation.

mod made;

use self::made::Made;
pub use self::made::{
    Acknowledged, AmountBack, Converted, CouponMade, Done, ItemFailure, MadeOrders, NotDone,
};
use super::{
    error::{Envelope, gateway_number},
    transport::Broken,
};

/// What an answer proves about a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// S: executed.
    Success,
    /// P: accepted, but some of our items are among those that failed. It is never a success for those.
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

/// What the success of a write looks like, by the page of its operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// No body at all.
    Nothing,
    /// The orders that it made, and whether some of these resources failed.
    OrdersFor(Vec<String>),
    /// No body, or that some of these resources were not set.
    NoneNotDone(Vec<String>),
    /// What became of each of these resources.
    ResultsFor(Vec<String>),
    /// No body, or the code of success.
    Acknowledged,
    /// The coupon that it made.
    Coupon,
    /// The amount that came back.
    Amount,
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
    /// The orders that it made: of a success all, of a success in part those of the items that did not
    /// fail.
    pub order_ids: Vec<String>,
    /// Our items that failed inside an answer of success.
    pub failed: Vec<ItemFailure>,
    /// What else a success says was done.
    pub done: Option<Done>,
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
    /// Nothing: it is empty or `{}`, where the operation's success says nothing.
    Nothing,
    /// What the operation's success says, and not that an item of ours failed.
    Done,
    /// That some of our items failed, inside an answer of success.
    OurFailure,
    /// A gateway code with one of these numbers, as `APIG.` or `APIGW.`.
    Gateway(&'static [u16]),
    /// Some gateway code.
    SomeGateway,
    /// One of these codes of BSS.
    Business(&'static [&'static str]),
    /// Some code of BSS.
    SomeBusiness,
}

/// The table. Whatever fits no row is ambiguous.
pub const TABLE: &[Row] = &[
    Row {
        status: Status::Success,
        says: Says::Nothing,
        class: Class::Success,
        citation: "api-oce, api_order_00030 (pay, v3) and the page of cancelling: success is 204 without a body",
    },
    Row {
        status: Status::Success,
        says: Says::Done,
        class: Class::Success,
        citation: "api-oce, api_order_00018 (renew) and api_order_00019 (unsubscribe): success names the orders; \
                   api_order_00024 (to pay-per-use): what was not set is listed; the responses in Huawei's SDK of \
                   the days of renewal, of converting at once and of moving coupons",
    },
    Row {
        status: Status::Success,
        says: Says::OurFailure,
        class: Class::Partial,
        citation: "api-oce, api_order_00018 (renew): fail_resource_infos names what failed in an answer of 200; \
                   api_order_00024 (to pay-per-use): error_details does; converting at once has a result for each",
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
pub fn classify(expected: &Expected, received: Received<'_>) -> Verdict {
    match received {
        Received::Broken(broken) => {
            let (class, citation) = if broken.sent {
                (Class::Ambiguous, "no whole answer came after the first byte could have left")
            } else {
                (Class::NotExecuted, "it failed before the first byte left, so nobody has seen it")
            };
            Verdict {
                class,
                error_code: None,
                error_msg: None,
                order_ids: Vec::new(),
                failed: Vec::new(),
                done: None,
                request_id: None,
                citation,
            }
        }
        Received::Answer { status, body } => {
            let envelope = Envelope::read(body);
            let said = Said { body, code: envelope.code.as_deref(), made: Made::read(expected, body) };
            let row = TABLE.iter().find(|row| row.status.fits(status) && row.says.fits(&said, expected));
            let class = row.map_or(Class::Ambiguous, |row| row.class);
            let Made { order_ids, failed, done } = match (class, said.made) {
                (Class::Success | Class::Partial, Some(made)) => made,
                _ => Made::default(),
            };
            let first = failed.first().cloned().unwrap_or_default();
            Verdict {
                class,
                citation: row.map_or("fits no row of the table", |row| row.citation),
                error_code: first.error_code.or(envelope.code),
                error_msg: first.error_msg.or(envelope.message),
                order_ids,
                failed,
                done,
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
    fn fits(self, said: &Said<'_>, expected: &Expected) -> bool {
        match self {
            Self::Nothing => *expected == Expected::Nothing && is_nothing(said.body),
            Self::Done => said.made.as_ref().is_some_and(|made| made.failed.is_empty()),
            Self::OurFailure => said.made.as_ref().is_some_and(|made| !made.failed.is_empty()),
            Self::Gateway(numbers) => {
                said.code.and_then(gateway_number).is_some_and(|number| numbers.contains(&number))
            }
            Self::SomeGateway => said.code.and_then(gateway_number).is_some(),
            Self::Business(codes) => said.code.is_some_and(|code| codes.contains(&code)),
            Self::SomeBusiness => said.code.is_some_and(is_business),
        }
    }
}

/// What a body says, read once for all rows.
struct Said<'a> {
    body: &'a [u8],
    code: Option<&'a str>,
    made: Option<Made>,
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
mod tests;
