//! What people see of an operation, in each state, in both languages, and what they can do there.

mod acts;
mod live;
mod words;

use bss_portal::identity::access::Role;
use sqlx::PgPool;

use super::support::{Portal, browser::Browser, portal::Setup, stage::Stage};

/// A portal that waits as long as the real one does, with a journal whose operations stay where they are.
async fn staged(db: PgPool) -> (Portal, Stage) {
    let portal = Portal::with(db, Setup { orders: 5, hurry: 1, ..Setup::default() }).await;
    let stage = Stage::of(&portal).await;
    (portal, stage)
}

/// Somebody who reads in the language of this tag.
async fn reader(portal: &Portal, role: Role, tag: &str) -> Browser {
    let browser = portal.sign_in(role).await;
    browser.post("/preferences", &[("language", tag), ("back", "/")]).await;
    browser
}
