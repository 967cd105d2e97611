//! Yearly/monthly resources: what there is and until when, and everything that is done to it, as the journal
//! does it.

pub mod calendar;
mod live;
pub mod renew;
pub mod standing;
pub mod store;
pub mod unsubscribe;

pub use live::{SeenResource, Shown};
