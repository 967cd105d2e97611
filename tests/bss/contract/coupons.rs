//! Scenes around coupons: held, and what became of them.

use super::stage::Stage;

pub(super) async fn play(_stage: &mut Stage) {}
