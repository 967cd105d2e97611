//! Yearly/monthly resources: what there is and until when, and everything that is done to it, as the journal
//! does it.

pub mod job;
pub mod leave;
mod live;
pub mod refund;
pub mod renew;
pub mod resource;
pub mod standing;
pub mod store;
pub mod sync;
pub mod unsubscribe;

pub use live::{ChosenResource, SeenResource, Shown, targets};

use crate::{
    identity::access::Permission::ViewResources,
    web::{Access::Needs, Routes},
};

/// The pages of resources.
pub fn routes() -> Routes {
    Routes::new().merge(leave::routes()).get(
        "/resources/refunds/{operation}",
        Needs(ViewResources),
        refund::compare::show,
    )
}
