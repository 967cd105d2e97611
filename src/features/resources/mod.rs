//! Yearly/monthly resources: what there is and until when, and everything that is done to it, as the journal
//! does it.

pub mod job;
mod live;
pub mod plan;
pub mod renew;
pub mod renewing;
pub mod resource;
pub mod standing;
pub mod store;
pub mod sync;
pub mod unsubscribe;

pub use live::{ChosenResource, SeenResource, Shown, targets};

use crate::web::Routes;

/// The pages of resources.
pub fn routes() -> Routes {
    Routes::new().merge(plan::routes()).merge(renewing::routes())
}
