//! The job that removes what people's sign-ins leave behind: ended sessions, old failures, devices
//! that nobody uses any more.

use std::time::Duration;

use async_trait::async_trait;

use crate::{
    identity::Identity,
    jobs::{Job, Run},
};

/// Sessions and failures are judged by their own times, so that this may be late without harm.
const PERIOD: Duration = Duration::from_mins(15);

pub(super) struct Tidy(pub(super) Identity);

#[async_trait]
impl Job for Tidy {
    fn name(&self) -> &'static str {
        "tidy"
    }

    fn period(&self) -> Duration {
        PERIOD
    }

    async fn run(&self, _: &Run) -> anyhow::Result<()> {
        Ok(self.0.tidy().await?)
    }
}
