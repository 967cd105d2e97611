//! Somebody of another account tries what is not theirs: every address of the victim's orders and operations, and
//! every button there. What is answered is written down, with the victim's words that were in it.

use chrono::Utc;

use crate::{
    browser::{Form, Page},
    evidence::{Answered, Probe},
    people::People,
};

/// What does not exist for them.
const NOT_FOUND: &[u16] = &[404];
/// The same, or refused because of their role before anything was looked for.
const REFUSED: &[u16] = &[403, 404];
/// What was never on a page is no form.
const FORGED: &[u16] = &[400, 404];
/// A page about several orders or resources says of each that it does not exist.
const EMPTY: &[u16] = &[200, 404, 422];
/// Such a form was on no page, or comes back and says the same.
const FORGED_OR_EMPTY: &[u16] = &[400, 404, 422];

/// Tries everything about one order, and about a resource if there is one.
pub async fn trespass(people: &People<'_>, portal: usize, order: usize) {
    let order = &people.orders[order];
    let id = order.id.as_str();
    let amount = order.amount.to_string();
    let (whole, cents) = amount.split_once('.').unwrap_or((&amount, "00"));
    let grouped = match whole.len() {
        4.. => format!("{},{}.{cents}", &whole[..whole.len() - 3], &whole[whole.len() - 3..]),
        _ => amount.clone(),
    };
    let secrets = [amount.as_str(), grouped.as_str(), "li.na", "zhang.wei"];
    let form_key = uuid::Uuid::from_u128(7).to_string();
    // The very form that its maker sends, if there was one.
    let forged = [("form_key", form_key.as_str()), ("seen", "{}"), ("reason", "mine"), ("typed", &amount)];
    let (pay, refused) = match people.diary.write(|entries| entries.forms.get(id).cloned()) {
        Some(form) => (form, NOT_FOUND),
        None => (Form::to(&format!("/orders/{id}/pay"), &forged), FORGED),
    };
    let cancel = [("form_key", form_key.as_str()), ("seen", "[]"), ("order", id), ("reason", "mine")];
    let mut tries = vec![
        (Form::to(&format!("/orders/{id}"), &[]), NOT_FOUND, false),
        (Form::to(&format!("/orders/{id}/pay"), &[]), NOT_FOUND, false),
        (Form::to(&format!("/orders/cancel?order={id}"), &[]), EMPTY, false),
        (pay, refused, true),
        (Form::to("/orders/cancel", &cancel), EMPTY, true),
        (Form::to(&format!("/orders/{id}/refresh"), &[]), NOT_FOUND, true),
    ];
    for (operation, _) in people.diary.about(id) {
        let page = format!("/activity/{operation}");
        tries.push((Form::to(&page, &[]), NOT_FOUND, false));
        for act in ["cancel", "check"] {
            tries.push((Form::to(&format!("{page}/{act}"), &[]), NOT_FOUND, true));
        }
        let hash = "00".repeat(32);
        for act in ["approve", "reject"] {
            tries.push((Form::to(&format!("{page}/{act}"), &[("payload", &hash)]), REFUSED, true));
        }
        let verdict = [("verdict", "not_executed"), ("reason", "mine")];
        tries.push((Form::to(&format!("{page}/judge"), &verdict), NOT_FOUND, true));
    }
    if let Some(resource) = people.resources.first() {
        tries.extend(on_resource(people, &resource.id));
    }
    let stranger = &people.crowd.stranger;
    for (form, allowed, posts) in tries {
        let at = Utc::now();
        let answer = if posts {
            stranger.post(portal, &form).await
        } else {
            stranger.get(portal, &form.action, false).await
        };
        let leaked = answer.iter().flat_map(|page| found(page, &secrets)).collect();
        let probe = Probe {
            at,
            person: stranger.who.username.clone(),
            what: format!("{} {}", if posts { "POST" } else { "GET" }, form.action),
            // Without its database a portal says only that.
            allowed: allowed.iter().copied().chain([500, 503]).collect(),
            status: answer.map(|page| page.status),
            leaked,
        };
        people.diary.write(|entries| entries.denied.push(probe));
    }
}

/// What is tried about a resource: its pages, forms like theirs, and the plans that renew it.
fn on_resource(people: &People<'_>, id: &str) -> Vec<(Form, &'static [u16], bool)> {
    let form_key = uuid::Uuid::from_u128(8).to_string();
    let of = [("form_key", form_key.as_str()), ("resource", id), ("reason", "mine"), ("typed", "1")];
    let forged = |action: &str, more: &[(&str, &str)]| Form::to(action, &[&of[..], more].concat());
    let renewal = [("seen", "{}"), ("term", "m1"), ("pay", "balance")];
    let leave = [("seen", "[]"), ("what", "resource")];
    let mut tries: Vec<(Form, &'static [u16], bool)> = vec![
        (Form::to(&format!("/resources/of/{id}"), &[]), NOT_FOUND, false),
        (Form::to(&format!("/resources/of/{id}/refresh"), &[]), NOT_FOUND, true),
        (forged("/resources/renew", &renewal), FORGED_OR_EMPTY, true),
        (forged("/resources/unsubscribe", &leave), FORGED_OR_EMPTY, true),
    ];
    for page in ["renew", "unsubscribe", "auto-renewal", "at-expiry", "convert"] {
        tries.push((Form::to(&format!("/resources/{page}?resource={id}"), &[]), EMPTY, false));
    }
    for page in ["auto-renewal", "at-expiry", "convert"] {
        let form = forged(&format!("/resources/{page}"), &[("seen", "[]"), ("to", "on")]);
        tries.push((form, FORGED_OR_EMPTY, true));
    }
    let mut plans: Vec<uuid::Uuid> = people.diary.write(|entries| {
        let plan = |answer: &Answered| if let Answered::Plan(plan) = answer { Some(*plan) } else { None };
        entries.submissions.iter().filter_map(|one| plan(&one.answer)).collect()
    });
    plans.dedup();
    for plan in plans {
        tries.push((Form::to(&format!("/resources/plans/{plan}"), &[]), NOT_FOUND, false));
        tries.push((Form::to(&format!("/resources/plans/{plan}/stop"), &[]), NOT_FOUND, true));
    }
    for (operation, _) in people.diary.about(id) {
        tries.push((Form::to(&format!("/activity/{operation}"), &[]), NOT_FOUND, false));
        tries.push((Form::to(&format!("/activity/{operation}/cancel"), &[]), NOT_FOUND, true));
    }
    tries
}

fn found(page: &Page, secrets: &[&str]) -> Vec<String> {
    secrets.iter().filter(|secret| page.text.contains(**secret)).map(|secret| (*secret).to_owned()).collect()
}
