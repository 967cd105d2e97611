//! Yearly/monthly resources: ordering their renewal and unsubscribing them, as the journal does it.

mod live;
pub mod renew;
pub mod unsubscribe;

pub use live::{SeenResource, Shown};
