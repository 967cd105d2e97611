//! Examines one account from the outside in: the way to Huawei, the clock, the credentials, the account, its
//! permissions and its rate. It only reads, and stops asking once the credentials are refused.

mod finding;
mod words;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

pub use self::finding::{Finding, Status, Subject, Text};
use super::{
    Error, Kind, Reader, Site,
    coupons::CouponQuery,
    explain::clock_apart,
    gateway_number,
    orders::OrderQuery,
    permissions::{PERMISSIONS, Permission},
    transport::Reach,
};
use crate::i18n::Locale;

/// How long one question may take, with its repetitions.
const QUESTION: Duration = Duration::from_secs(10);
/// Clocks further apart are worth a word.
const APART: TimeDelta = TimeDelta::seconds(60);
/// The gateway refuses signatures that are further off.
const TOO_FAR_APART: TimeDelta = TimeDelta::minutes(15);
/// A certificate or a key that ends so soon is worth a word.
const SOON: TimeDelta = TimeDelta::days(14);
const KEY_SOON: TimeDelta = TimeDelta::hours(1);
/// An order that nobody has: to be told so needs the permission.
const NO_ORDER: &str = "CS0000000000000000";

/// Everything that was found about one account, in the order in which one thing needs another.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Checkup {
    /// The findings.
    pub findings: Vec<Finding>,
}

impl Checkup {
    /// Whether nothing has failed.
    pub fn is_well(&self) -> bool {
        self.findings.iter().all(|finding| finding.status != Status::Failed)
    }

    /// What was found about `subject`.
    pub fn of(&self, subject: &Subject) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.subject == *subject)
    }
}

/// Examines the account of `reader`.
pub async fn examine(reader: &Reader) -> Checkup {
    let reader = reader.within(QUESTION);
    let mut findings = Vec::new();
    let connection = &reader.line().connection;
    let reach = connection.wire.reach(&connection.endpoint).await;
    let reached = way(&mut findings, &reach, &reader);
    if !reached {
        rest_not_tried(&mut findings, &Subject::Clock, &words::not_reached());
        return Checkup { findings };
    }
    let first = reader.balances().await.map(|_| ());
    findings.push(clock(&reader, first.as_ref().err()));
    // A refusal that is the clock's says nothing about the credentials.
    if first
        .as_ref()
        .is_err_and(|error| error.message.as_deref().is_some_and(|words| clock_apart(words).is_some()))
    {
        rest_not_tried(&mut findings, &Subject::Credentials, &words::clock_first());
        return Checkup { findings };
    }
    let credentials = credentials(&reader, first.as_ref().err(), connection.clock.now());
    let failed = credentials.status == Status::Failed;
    findings.push(credentials);
    if failed {
        let refused = first.as_ref().is_err_and(|error| error.kind == Kind::NotAuthorised);
        let why = if refused { words::not_accepted() } else { words::not_answered() };
        rest_not_tried(&mut findings, &Subject::Site, &why);
        return Checkup { findings };
    }
    let site = site(&reader, first.as_ref().err());
    let elsewhere = site.status == Status::Failed;
    findings.push(site);
    if elsewhere {
        rest_not_tried(&mut findings, &Subject::AccountId, &words::elsewhere());
        return Checkup { findings };
    }
    findings.push(account_id(&reader).await);
    for permission in PERMISSIONS {
        let subject = Subject::Permission(permission.codes());
        findings.push(match tried(&reader, permission, &first).await {
            None => Finding::not_tried(subject, words::cannot_be_tried(reader.line().key().is_some())),
            Some(answer) => allowed(subject, answer),
        });
    }
    findings.push(rate(&reader));
    Checkup { findings }
}

/// Name, port and encryption; whether requests can be sent at all.
fn way(findings: &mut Vec<Finding>, reach: &Reach, reader: &Reader) -> bool {
    let connection = &reader.line().connection;
    let endpoint = &connection.endpoint;
    let mut note = |subject, found: Result<Text, Text>, next: Text| {
        findings.push(match found {
            Ok(found) => Finding::well(subject, found),
            Err(found) => Finding::failed(subject, found, next),
        });
    };
    let Some(name) = &reach.name else {
        for subject in [Subject::Dns, Subject::Tcp, Subject::Tls] {
            findings.push(Finding::not_tried(subject, words::no_network()));
        }
        return true;
    };
    let failed = name.is_err() || !matches!(reach.port, Some(Ok(_)));
    let found =
        name.as_ref().map(|found| words::name_found(endpoint, found)).map_err(|why| words::as_is(why));
    note(Subject::Dns, found, words::dns_next(endpoint));
    match &reach.port {
        Some(port) => {
            let found = port.as_ref().map(|_| words::port_answers(endpoint)).map_err(|why| words::as_is(why));
            note(Subject::Tcp, found, words::tcp_next(endpoint));
        }
        None => findings.push(Finding::not_tried(Subject::Tcp, words::not_reached())),
    }
    match &reach.encryption {
        Some(Ok(encryption)) => {
            let left = encryption.ends_at.map(|end| end - connection.clock.now());
            let found = words::encrypted(encryption, left);
            findings.push(if left.is_some_and(|left| left < SOON) {
                Finding::warning(Subject::Tls, found, words::certificate_next())
            } else {
                Finding::well(Subject::Tls, found)
            });
        }
        Some(Err(why)) => {
            findings.push(Finding::failed(Subject::Tls, words::as_is(why), words::tls_next()));
            return false;
        }
        None if endpoint.is_encrypted() => {
            findings.push(Finding::not_tried(Subject::Tls, words::not_reached()));
        }
        None => findings.push(Finding::warning(Subject::Tls, words::plain(), words::plain_next())),
    }
    !failed
}

fn clock(reader: &Reader, error: Option<&Error>) -> Finding {
    let told = error.and_then(|error| clock_apart(error.message.as_deref()?)).map(|apart| apart.0);
    let Some(skew) = told.or_else(|| reader.clock_skew()) else {
        return Finding::not_tried(Subject::Clock, words::clock_untold());
    };
    let found = words::clock_is(skew);
    match skew.abs() {
        far if far >= TOO_FAR_APART => Finding::failed(Subject::Clock, found, words::clock_next()),
        far if far >= APART => Finding::warning(Subject::Clock, found, words::clock_next()),
        _ => Finding::well(Subject::Clock, found),
    }
}

/// What the first question says about key or log-in: whoever is answered by BSS itself is known to it.
fn credentials(reader: &Reader, error: Option<&Error>, now: DateTime<Utc>) -> Finding {
    const SUBJECT: Subject = Subject::Credentials;
    let Some(error) = error.filter(|error| !is_answer(error)) else {
        let found = words::accepted(reader.line().key());
        return match reader.key_expires_at().map(|end| end - now) {
            Some(left) if left < KEY_SOON => {
                Finding::warning(SUBJECT, words::key_ends(left), words::key_next())
            }
            _ => Finding::well(SUBJECT, found),
        };
    };
    let (found, next) = words::told(error);
    // Nothing is known about the key of somebody who is throttled, so the rest may be tried.
    if error.kind == Kind::Throttled {
        return Finding::warning(SUBJECT, words::throttled(), next);
    }
    Finding::failed(SUBJECT, found, next)
}

fn site(reader: &Reader, error: Option<&Error>) -> Finding {
    let endpoint = reader.endpoint();
    match error.filter(|error| error.says_other_site()) {
        Some(error) => {
            let (found, next) = words::told(error);
            Finding::failed(Subject::Site, found, next)
        }
        None if error.is_some_and(|error| error.kind == Kind::Throttled) => {
            Finding::not_tried(Subject::Site, words::throttled())
        }
        None => Finding::well(Subject::Site, words::at_home(Site::of(endpoint), endpoint)),
    }
}

async fn account_id(reader: &Reader) -> Finding {
    const SUBJECT: Subject = Subject::AccountId;
    match reader.account_id().await {
        Ok(Some(id)) => Finding::well(SUBJECT, words::as_is(&id)),
        Ok(None) => Finding::warning(SUBJECT, words::no_account_id(), words::account_id_next()),
        Err(error) => Finding::warning(SUBJECT, words::told(&error).0, words::account_id_next()),
    }
}

/// The answer to a harmless question that needs `permission`; `None` when there is none.
async fn tried(
    reader: &Reader,
    permission: &Permission,
    balances: &Result<(), Error>,
) -> Option<Result<(), Error>> {
    if !permission.reads {
        return None;
    }
    Some(match permission.operations.first().copied()? {
        "show_customer_account_balances" => balances.clone(),
        "list_customer_orders" => {
            let query = OrderQuery { limit: 1, ..OrderQuery::default() };
            reader.orders(&query, Locale::Zh).await.map(|_| ())
        }
        "list_sub_customer_coupons" => {
            let query = CouponQuery { limit: 1, ..CouponQuery::default() };
            reader.coupons(&query).await.map(|_| ())
        }
        "list_order_discounts" => reader.order_discounts(NO_ORDER).await.map(|_| ()),
        _ => return None,
    })
}

fn allowed(subject: Subject, answer: Result<(), Error>) -> Finding {
    match answer {
        // Whoever is told that there is no such order may see orders.
        Err(error) if error.kind == Kind::Refused => Finding::well(subject, words::permitted()),
        Ok(()) => Finding::well(subject, words::permitted()),
        Err(error) if error.kind == Kind::NotAuthorised => {
            let (found, next) = words::told(&error);
            Finding::failed(subject, found, next)
        }
        Err(error) => {
            let (found, next) = words::told(&error);
            Finding::warning(subject, found, next)
        }
    }
}

fn rate(reader: &Reader) -> Finding {
    let connection = &reader.line().connection;
    let slowed = connection.limits.slowed(&connection.account);
    let percent = connection.limits.percent();
    if slowed.is_empty() {
        return Finding::well(Subject::Rate, words::rate(percent));
    }
    Finding::warning(Subject::Rate, words::slowed(&slowed, percent), words::rate_next())
}

/// Whether BSS itself answered, to somebody whom the gateway knows.
fn is_answer(error: &Error) -> bool {
    let code = error.code.as_deref().unwrap_or_default();
    let by_bss = code.starts_with("CBC.") && code != "CBC.0154" && error.kind != Kind::Throttled;
    by_bss && gateway_number(code).is_none()
}

fn rest_not_tried(findings: &mut Vec<Finding>, from: &Subject, why: &Text) {
    let fixed = [Subject::Clock, Subject::Credentials, Subject::Site, Subject::AccountId];
    let rest = fixed.into_iter().skip_while(|subject| subject != from);
    let permissions = PERMISSIONS.iter().map(|permission| Subject::Permission(permission.codes()));
    for subject in rest.chain(permissions).chain([Subject::Rate]) {
        findings.push(Finding::not_tried(subject, why.clone()));
    }
}
