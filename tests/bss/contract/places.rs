//! Scenes around provinces, cities, counties, and real names.

use super::stage::Stage;

pub(super) async fn play(_stage: &mut Stage) {}
