//! Scenes around yearly/monthly resources: listed, renewed, converted, unsubscribed.

use super::stage::Stage;

pub(super) async fn play(_stage: &mut Stage) {}
