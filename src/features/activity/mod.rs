//! Activity: every operation of the journal, where it stands and why, and what people can do about it.

mod acts;
pub mod course;
pub mod evidence;
mod list;
mod open;
mod operation;
mod payload;
pub mod stand;
pub mod texts;
pub mod words;

use crate::{
    identity::access::Permission,
    web::routes::{Access, Routes},
};

/// The pages of the journal and the buttons on them.
pub fn routes() -> Routes {
    let view = Access::Needs(Permission::ViewActivity);
    Routes::new()
        .get("/activity", view, list::show)
        .get("/activity/open", view, open::show)
        .get("/activity/{id}", view, operation::show)
        .post("/activity/{id}/cancel", view, acts::cancel)
        .post("/activity/{id}/check", Access::Needs(Permission::Refresh), acts::check)
        .post("/activity/{id}/approve", Access::Needs(Permission::Approve), acts::approve)
        .post("/activity/{id}/reject", Access::Needs(Permission::Approve), acts::reject)
        .post("/activity/{id}/judge", Access::Needs(Permission::Review), acts::judge)
        .post("/activity/accounts/{account}/resume", Access::Needs(Permission::ManageAccounts), acts::resume)
}
