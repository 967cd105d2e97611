//! Scenes around bills: the sum of a month, single charges, resources, usage.

use super::stage::Stage;

pub(super) async fn play(_stage: &mut Stage) {}
