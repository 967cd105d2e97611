//! Scenes around costs: spread over months, and analysed.

use super::stage::Stage;

pub(super) async fn play(_stage: &mut Stage) {}
