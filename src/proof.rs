//! Deliberate bugs and named places to die, with which the proof of the journal is itself tested. They are
//! compiled in by the feature `proof` alone, which no release build can have; without it nothing is left.

#[cfg(all(feature = "proof", not(debug_assertions)))]
compile_error!("the feature `proof` puts bugs into the program on purpose: it is for debug builds only");

macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal;)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name on command lines and in reports.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The one of this name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == name)
            }
        }
    };
}

named! {
    /// A bug that somebody could have written. Each must be noticed by the proof.
    Mutant {
        /// Whoever takes over an armed attempt sends again.
        TakeoverSends = "M1";
        /// A 5xx answer counts as not executed.
        ServerErrorIsNothing = "M2";
        /// Sent although it is not known whether the attempt was committed.
        SendsUncommitted = "M3";
        /// Not seen yet counts as not executed.
        NotSeenIsAbsent = "M4";
        /// Several open operations on one thing, several payments of one order.
        TargetsNotHeld = "M5";
        /// Signed again when it is sent, however late that is.
        SignsLate = "M6";
        /// One form makes as many operations as it is posted.
        FormNotOnce = "M7";
        /// Anybody's order counts as our own.
        AnyCreator = "M10";
        /// Whoever lost an operation settles it all the same.
        FenceIgnored = "M11";
        /// A refusal by the business rules counts as not executed.
        RefusalBelieved = "M12";
        /// What was sent before is not looked for before sending again.
        NoEvidenceFirst = "M13";
        /// One upstream order proves several operations.
        OrderProvesMany = "M14";
        /// What cannot be undone is sent without waiting.
        HoldForgotten = "M15";
        /// A recovered database sends at once.
        NoQuarantine = "F1";
    }
}

named! {
    /// A place at which a process can be made to die or to stand still.
    Point {
        /// Just before the one statement that writes and commits a new operation.
        SubmitBeforeCommit = "submit.before_commit";
        /// A new operation is committed, nobody was told.
        SubmitAfterCommit = "submit.after_commit";
        /// A worker holds an operation.
        ClaimAfterCommit = "claim.after_commit";
        /// The live facts are as confirmed.
        PreflightAfter = "preflight.after";
        /// The attempt is written, its commit not yet.
        ArmBeforeCommit = "arm.before_commit";
        /// The attempt is committed, nothing is sent.
        ArmAfterCommit = "arm.after_commit";
        /// Connected; it was checked that it is not too late, and no byte has left.
        SendAfterConnect = "send.after_connect";
        /// The first half of the body has left.
        SendAfterHalfBody = "send.after_half_body";
        /// The whole request has left.
        SendAfterFullBody = "send.after_full_body";
        /// The head of the answer is here.
        ReceiveAfterHeaders = "recv.after_headers";
        /// The whole answer is here.
        ReceiveAfterBody = "recv.after_body";
        /// What an answer or a reading means is written, its commit not yet.
        SettleBeforeCommit = "settle.before_commit";
        /// The same, committed.
        SettleAfterCommit = "settle.after_commit";
        /// The effect was looked for.
        ReconcileAfterRead = "reconcile.after_read";
        /// What the reconciler concluded is about to be written.
        ReconcileBeforeCommit = "reconcile.before_commit";
        /// What the reconciler concluded is committed.
        ReconcileAfterCommit = "reconcile.after_commit";
        /// A decision of another person is written, its commit not yet.
        ApproveBeforeCommit = "approve.before_commit";
        /// The same, committed.
        ApproveAfterCommit = "approve.after_commit";
        /// A conclusion of a reviewer is written, its commit not yet.
        JudgeBeforeCommit = "judge.before_commit";
        /// Its maker is about to take an operation back.
        WithdrawBeforeCommit = "withdraw.before_commit";
        /// The process was asked to stop and waits for what is in flight.
        ShutdownDrain = "shutdown.drain";
    }
}

#[cfg(not(feature = "proof"))]
mod absent {
    use super::{Mutant, Point};

    /// Whether this bug is on. Never, in this build.
    #[inline]
    pub const fn is(_: Mutant) -> bool {
        false
    }

    /// Marks a place. Nothing happens at it in this build.
    #[inline]
    pub const fn at(_: Point) {}
}

#[cfg(not(feature = "proof"))]
pub use absent::{at, is};

#[cfg(feature = "proof")]
mod present {
    use std::{
        cell::Cell,
        sync::{
            OnceLock,
            atomic::{AtomicU32, Ordering},
        },
    };

    use super::{Mutant, Point};

    /// What is asked of this process.
    #[derive(Debug, Default)]
    pub struct Orders {
        /// The bug that it has.
        pub mutant: Option<Mutant>,
        /// Where it dies or stands still.
        pub point: Option<Trap>,
    }

    /// What happens at a place.
    #[derive(Debug)]
    pub struct Trap {
        at: Point,
        how: How,
        /// At which passing, from 1.
        nth: u32,
        passed: AtomicU32,
    }

    #[derive(Debug, Clone, Copy)]
    enum How {
        Kill,
        Stop,
        Panic,
    }

    impl std::str::FromStr for Trap {
        type Err = anyhow::Error;

        /// Reads `arm.after_commit:kill:2`: the place, what happens (kill, stop, panic), at which passing.
        fn from_str(text: &str) -> anyhow::Result<Self> {
            let mut parts = text.split(':');
            let mut part =
                || parts.next().ok_or_else(|| anyhow::anyhow!("place:what:nth is missing in {text:?}"));
            let at = part()?;
            let at = Point::from_name(at).ok_or_else(|| anyhow::anyhow!("no place is called {at:?}"))?;
            let how = match part()? {
                "kill" => How::Kill,
                "stop" => How::Stop,
                "panic" => How::Panic,
                other => anyhow::bail!("neither kill nor stop nor panic: {other:?}"),
            };
            Ok(Self { at, how, nth: part()?.parse()?, passed: AtomicU32::new(0) })
        }
    }

    static ORDERS: OnceLock<Orders> = OnceLock::new();

    thread_local! {
        static HERE: Cell<Option<Mutant>> = const { Cell::new(None) };
    }

    /// Gives this process its orders, once and for all.
    pub fn obey(orders: Orders) {
        if orders.mutant.is_some() || orders.point.is_some() {
            tracing::warn!(?orders, "this process has a bug or a trap in it on purpose");
        }
        let _ = ORDERS.set(orders);
    }

    /// Puts a bug into what this thread does while `act` runs.
    pub fn with<T>(mutant: Option<Mutant>, act: impl FnOnce() -> T) -> T {
        let before = HERE.replace(mutant);
        let done = act();
        HERE.set(before);
        done
    }

    /// Whether this bug is on.
    pub fn is(mutant: Mutant) -> bool {
        HERE.get().or_else(|| ORDERS.get().and_then(|orders| orders.mutant)) == Some(mutant)
    }

    /// A place is passed: dies or stands still here when that was asked for.
    pub fn at(point: Point) {
        let Some(trap) = ORDERS.get().and_then(|orders| orders.point.as_ref()) else { return };
        if trap.at != point || trap.passed.fetch_add(1, Ordering::Relaxed) + 1 != trap.nth {
            return;
        }
        let signal = match trap.how {
            How::Kill => rustix::process::Signal::KILL,
            How::Stop => rustix::process::Signal::STOP,
            How::Panic => panic!("asked to panic at {}", point.as_str()),
        };
        let sent = rustix::process::kill_process(rustix::process::getpid(), signal);
        sent.expect("a process may signal itself");
    }
}

#[cfg(feature = "proof")]
pub use present::{Orders, Trap, at, is, obey, with};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        assert!(Mutant::ALL.iter().all(|mutant| Mutant::from_name(mutant.as_str()) == Some(*mutant)));
        assert!(Point::ALL.iter().all(|point| Point::from_name(point.as_str()) == Some(*point)));
    }

    #[cfg(not(feature = "proof"))]
    #[test]
    fn an_ordinary_build_has_no_bug_on_purpose() {
        assert!(Mutant::ALL.iter().all(|mutant| !is(*mutant)));
    }

    #[cfg(feature = "proof")]
    #[test]
    fn a_bug_is_on_only_where_it_was_put() {
        with(Some(Mutant::SendsUncommitted), || {
            assert!(is(Mutant::SendsUncommitted) && !is(Mutant::TakeoverSends));
        });
        assert!(Mutant::ALL.iter().all(|mutant| !is(*mutant)));
    }
}
