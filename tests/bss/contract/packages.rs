//! Scenes around resource packages: held, left, used.

use super::stage::Stage;

pub(super) async fn play(_stage: &mut Stage) {}
