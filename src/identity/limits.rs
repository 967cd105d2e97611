//! How often a sign-in may fail, counted in the database so that all replicas count together.
//!
//! What strangers do to a name is counted apart from what happens at a device from which the person
//! signed in before: a stranger can make other strangers wait, never the person at their own desk.

use std::{net::IpAddr, time::Duration};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use sqlx::PgPool;

use super::store;

/// Failures that cost nothing but the try.
const FREE: u32 = 5;
/// The first wait; it doubles with every further failure.
const FIRST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_mins(15);
/// From here on a day each: nobody gets to a hundred guesses in a row by patience alone.
const TOO_MANY: u32 = 100;
const DAY: Duration = Duration::from_hours(24);
/// How long a failure is remembered if no success wipes it away.
pub(super) const MEMORY: Duration = Duration::from_hours(30 * 24);
/// Failures of strangers from one network within its window, whatever names they try.
const PER_NETWORK: i64 = 100;
const NETWORK_WINDOW: Duration = Duration::from_mins(15);

/// What an attempt is counted under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Channel {
    pub(super) hash: [u8; 32],
    known_device: bool,
}

impl Channel {
    /// Attempts on `username` from anywhere.
    pub(super) fn strangers(username: &str) -> Self {
        Self { hash: Sha256::digest(format!("name\n{username}")).into(), known_device: false }
    }

    /// Attempts on `username` from a device that it has signed in from.
    pub(super) fn device(username: &str, token_hash: &[u8; 32]) -> Self {
        let text = format!("device\n{}\n{username}", hex::encode(token_hash));
        Self { hash: Sha256::digest(text).into(), known_device: true }
    }

    /// Attempts of somebody signed in to prove that it is still them.
    pub(super) fn own(person: uuid::Uuid) -> Self {
        Self { hash: Sha256::digest(format!("own\n{person}")).into(), known_device: true }
    }
}

/// The network that an address is counted as: an IPv6 customer has 2^64 addresses.
pub(super) fn network(ip: Option<IpAddr>) -> String {
    match ip.map(|ip| ip.to_canonical()) {
        None => "unknown".to_owned(),
        Some(IpAddr::V4(ip)) => ip.to_string(),
        Some(IpAddr::V6(ip)) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// Lets an attempt pass and counts it as failed until it proves otherwise, so that parallel ones
/// count each other; or says how long to wait.
pub(super) async fn admit(
    db: &PgPool,
    now: DateTime<Utc>,
    channel: &Channel,
    network: &str,
) -> sqlx::Result<Result<(), Duration>> {
    let mut tx = db.begin().await?;
    store::one_attempt_at_a_time(&mut tx, &channel.hash).await?;
    let failures = store::failures(&mut tx, &channel.hash, now - MEMORY).await?;
    let mut wait = failures
        .last
        .map(|last| wait(u32::try_from(failures.count).unwrap_or(u32::MAX)).saturating_sub(since(last, now)))
        .unwrap_or_default();
    if !channel.known_device && wait.is_zero() {
        let near = store::network_failures(&mut tx, network, now - NETWORK_WINDOW).await?;
        if near.count >= PER_NETWORK {
            wait = near.last.map_or(NETWORK_WINDOW, |first| NETWORK_WINDOW.saturating_sub(since(first, now)));
        }
    }
    if !wait.is_zero() {
        // What was refused unseen is not counted, or hammering would never let anybody in.
        return Ok(Err(wait));
    }
    store::count_attempt(&mut tx, now, &channel.hash, network).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

fn since(then: DateTime<Utc>, now: DateTime<Utc>) -> Duration {
    (now - then).to_std().unwrap_or_default()
}

/// How long after the last of `failures` in a row the next attempt may come.
fn wait(failures: u32) -> Duration {
    match failures {
        0..FREE => Duration::ZERO,
        TOO_MANY.. => DAY,
        more => FIRST_WAIT.saturating_mul(2_u32.saturating_pow(more - FREE)).min(LONGEST_WAIT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_from_the_fifth_failure_to_a_quarter_of_an_hour() {
        for (failures, seconds) in [
            (0, 0),
            (4, 0),
            (5, 5),
            (6, 10),
            (7, 20),
            (11, 320),
            (12, 640),
            (13, 900),
            (99, 900),
            (100, 86_400),
        ] {
            assert_eq!(wait(failures), Duration::from_secs(seconds), "{failures}");
        }
    }

    #[test]
    fn an_ipv6_customer_counts_as_one() {
        let of = |text: &str| network(text.parse().ok());
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(network(None), "unknown");
    }
}
