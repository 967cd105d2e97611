//! Scenes around price inquiries and discounts.

use super::stage::Stage;

pub(super) async fn play(_stage: &mut Stage) {}
