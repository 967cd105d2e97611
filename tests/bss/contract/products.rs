//! Scenes around the dictionaries of products.

use super::stage::Stage;

pub(super) async fn play(_stage: &mut Stage) {}
