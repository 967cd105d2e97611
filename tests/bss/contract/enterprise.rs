//! Scenes around the enterprise: organisation, members, money and coupons moved between them.

use super::stage::Stage;

pub(super) async fn play(_stage: &mut Stage) {}
