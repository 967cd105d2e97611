//! A person's own page: who they are here, how pages look to them, their password and sessions.

mod mine;
mod password;
mod preferences;
mod sessions;
pub mod texts;

use crate::web::{Access, Routes, links};

/// The pages of this feature.
pub fn routes() -> Routes {
    Routes::new()
        .get(links::ACCOUNT, Access::SignedIn, mine::show)
        .post("/account/password", Access::SignedIn, password::change)
        .post("/account/sessions/{session}/end", Access::SignedIn, sessions::end)
        .post(links::PREFERENCES, Access::Public, preferences::choose)
}
