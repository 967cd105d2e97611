//! Every span of time the journal rests on, and the schedule of looking. No clock is read here.

use std::time::Duration;

const fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// The spans of time that the protocol rests on.
///
/// There are two ways to get them: the real ones, and hurried ones for tests and demonstrations,
/// which are unsafe against the real gateway because its signatures stay valid for 15 minutes.
/// Hurried ones must be asked for by name, and are refused unless every account is a simulator on this
/// machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timings {
    /// How long the gateway accepts a signature (15 minutes).
    pub signature_valid: Duration,
    /// Added to it for clocks that differ and for upstream's own delays.
    pub margin: Duration,
    /// Sending must begin this soon after arming, or not at all.
    pub send_by: Duration,
    /// How long an answer is waited for.
    pub answer_within: Duration,
    /// How long a worker holds an operation; longer than `answer_within` with reserve.
    pub lease: Duration,
    /// Time between two readings without effect that together prove absence.
    pub absence_apart: Duration,
    /// An accepted operation whose effect does not show after this needs people.
    pub confirm_within: Duration,
    /// An operation whose outcome cannot be read for this long needs people.
    pub review_after: Duration,
    /// After a recovery of the database nothing is sent for this long.
    pub quarantine: Duration,
    /// Others have this long to agree.
    pub approve_within: Duration,
    /// What cannot be undone waits this long once it is ready, so that it can be taken back.
    pub hold: Duration,
    /// An operation that could not be sent for this long expires.
    pub send_within: Duration,
    /// The first wait before sending again what was proved not sent; doubles each time …
    pub backoff_from: Duration,
    /// … up to this.
    pub backoff_to: Duration,
    /// How often idle workers look for work.
    pub idle: Duration,
    hurry: u32,
}

impl Timings {
    /// The real ones.
    pub const REAL: Self = Self {
        signature_valid: secs(15 * 60),
        margin: secs(5 * 60),
        send_by: secs(5),
        answer_within: secs(30),
        lease: secs(60),
        absence_apart: secs(60),
        confirm_within: secs(30 * 60),
        review_after: secs(72 * 3600),
        quarantine: secs(20 * 60),
        approve_within: secs(24 * 3600),
        hold: secs(2 * 60),
        send_within: secs(24 * 3600),
        backoff_from: secs(5),
        backoff_to: secs(300),
        idle: secs(1),
        hurry: 1,
    };

    /// All spans `times` shorter, for tests and demonstrations against the simulator only. People
    /// are not hurried: approval and the time to send stay as they are.
    #[must_use]
    pub fn hurried(times: u32) -> Self {
        let times = times.max(1);
        let real = Self::REAL;
        let answer_within = (real.answer_within / times).max(secs(2));
        Self {
            signature_valid: real.signature_valid / times,
            margin: real.margin / times,
            send_by: (real.send_by / times).max(Duration::from_millis(500)),
            answer_within,
            lease: (real.lease / times).max(answer_within + secs(1)),
            absence_apart: real.absence_apart / times,
            confirm_within: real.confirm_within / times,
            review_after: real.review_after / times,
            quarantine: real.quarantine / times,
            hold: real.hold / times,
            backoff_from: real.backoff_from / times,
            backoff_to: real.backoff_to / times,
            idle: (real.idle / times).max(Duration::from_millis(100)),
            hurry: times,
            ..real
        }
    }

    /// These with another hold than the usual one, shortened as all spans are.
    #[must_use]
    pub fn holding(self, hold: Duration) -> Self {
        Self { hold: hold / self.hurry, ..self }
    }

    /// Whether these are not the real ones.
    pub fn are_hurried(&self) -> bool {
        self.hurry > 1
    }

    /// How long one of the few readings before sending may take: a part of the lease.
    pub fn read_within(&self) -> Duration {
        (self.lease / 6).max(secs(2))
    }

    /// From signing on, after this long no copy of a request can take effect at the gateway.
    pub fn settle_point(&self) -> Duration {
        self.signature_valid + self.margin
    }

    /// How long to wait before looking again, given how long ago it was sent and how often it was
    /// looked for already: 2, 5, 10, 20, 30, 60 s, then each minute to 25 min, each five minutes to
    /// 24 h, hourly after that.
    pub fn next_look(&self, polls: u32, since_sent: Duration) -> Duration {
        const FIRST: [u64; 6] = [2, 5, 10, 20, 30, 60];
        let real = since_sent * self.hurry;
        let wait = match FIRST.get(polls as usize) {
            Some(first) => secs(*first),
            None if real < secs(25 * 60) => secs(60),
            None if real < secs(24 * 3600) => secs(5 * 60),
            None => secs(3600),
        };
        wait / self.hurry
    }

    /// How long to wait before sending again what was proved not sent, before jitter.
    pub fn backoff(&self, holds: u32) -> Duration {
        self.backoff_from.saturating_mul(1 << holds.min(16)).min(self.backoff_to)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn looking_gets_slower_but_never_stops() {
        let real = Timings::REAL;
        let schedule: Vec<u64> = (0..7).map(|polls| real.next_look(polls, secs(10)).as_secs()).collect();
        assert_eq!(schedule, [2, 5, 10, 20, 30, 60, 60]);
        assert_eq!(real.next_look(40, secs(26 * 60)), secs(300));
        assert_eq!(real.next_look(400, secs(25 * 3600)), secs(3600));
    }

    #[test]
    fn sending_again_waits_longer_each_time_up_to_five_minutes() {
        let waits: Vec<u64> = (0..9).map(|holds| Timings::REAL.backoff(holds).as_secs()).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
        assert_eq!(Timings::REAL.backoff(u32::MAX), secs(300));
    }

    proptest! {
        #[test]
        fn hurried_ones_keep_the_order_that_safety_rests_on(times in 1_u32..2_000) {
            let t = Timings::hurried(times);
            prop_assert!(t.lease > t.answer_within);
            prop_assert!(t.send_by < t.lease);
            prop_assert!(t.settle_point() > t.signature_valid);
            prop_assert_eq!(t.are_hurried(), times > 1);
        }
    }
}
