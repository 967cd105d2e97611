//! Somebody of another account tries what is not theirs: every address of the victim's orders and operations, and
//! every button there. What is answered is written down, with the victim's words that were in it.

use chrono::Utc;

use crate::{
    browser::{Form, Page},
    evidence::Probe,
    people::People,
};

/// What does not exist for them.
const NOT_FOUND: &[u16] = &[404];
/// The same, or refused because of their role before anything was looked for.
const REFUSED: &[u16] = &[403, 404];
/// What was never on a page is no form.
const FORGED: &[u16] = &[400, 404];
/// A page about several orders says of each that it does not exist.
const EMPTY: &[u16] = &[200, 404, 422];

/// Tries everything about one order.
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

fn found(page: &Page, secrets: &[&str]) -> Vec<String> {
    secrets.iter().filter(|secret| page.text.contains(**secret)).map(|secret| (*secret).to_owned()).collect()
}
