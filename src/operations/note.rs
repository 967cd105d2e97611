//! Why an operation is in its state, as codes that the history keeps and pages put into words.

macro_rules! notes {
    ($($(#[$meta:meta])* $name:ident = $code:literal;)*) => {
        /// Why an operation is where it is. One row of history each time it changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Note { $($(#[$meta])* $name,)* }

        impl Note {
            /// Every note.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The code in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The note of a code, if it is one of ours.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }
        }
    };
}

notes! {
    /// Accepted; to be sent.
    Requested = "requested";
    /// Accepted; others must agree.
    ApprovalWanted = "approval_wanted";
    /// One of several others agreed.
    AgreedByOne = "agreed_by_one";
    /// The last one agreed.
    Approved = "approved";
    /// Another person said no.
    RejectedByPerson = "rejected_by_person";
    /// Nobody decided in time.
    ApprovalExpired = "approval_expired";
    /// Its maker took it back.
    Withdrawn = "withdrawn";
    /// The deadline passed before it could be sent.
    DeadlinePassed = "deadline_passed";
    /// The live facts could not be read, so it waits.
    HeldUnreadable = "held_unreadable";
    /// The feature says that it cannot be done right now.
    HeldNotNow = "held_not_now";
    /// Huawei asked for fewer calls.
    HeldThrottled = "held_throttled";
    /// The request did not leave: no connection.
    HeldNotSent = "held_not_sent";
    /// The gateway refused the request before BSS saw it.
    HeldGateway = "held_gateway";
    /// The gateway refused the credentials; nothing is sent for the account until a person acts.
    HeldStopped = "held_stopped";
    /// This machine's clock is off, so its signatures would be wrong.
    HeldClock = "held_clock";
    /// The database was recovered a moment ago; nothing is sent yet.
    HeldRecovery = "held_recovery";
    /// The account has no usable credentials.
    HeldNoAccess = "held_no_access";
    /// The worker was too slow between arming and sending, and dropped the request unsent.
    DroppedLate = "dropped_late";
    /// The live facts differ from the confirmed ones.
    FactsChanged = "facts_changed";
    /// The same, noticed after a request had been sent: settled by reading.
    FactsChangedAfterSending = "facts_changed_after_sending";
    /// An earlier operation paid this order.
    PaidBefore = "paid_before";
    /// Its own effect was found before it was sent again.
    EffectFoundFirst = "effect_found_first";
    /// It cannot be sent: its payload cannot be read.
    Unsendable = "unsendable";
    /// A signed request is on its way.
    Armed = "armed";
    /// Huawei answered with success.
    Accepted = "accepted";
    /// The answer was lost, cut, garbled, or proves nothing.
    AnswerUnclear = "answer_unclear";
    /// Huawei answered with a refusal, which alone proves nothing.
    RefusedUnproved = "refused_unproved";
    /// Huawei refused part of it.
    RefusedInPart = "refused_in_part";
    /// Huawei answered with success, but not with one order of its own.
    OrdersUnclear = "orders_unclear";
    /// Huawei refused it in a way that no repetition can change.
    NeverCan = "never_can";
    /// Its sender is gone; the outcome is asked about.
    SenderLost = "sender_lost";
    /// Looked: no effect. A later look must agree.
    AbsentOnce = "absent_once";
    /// Proved absent; tried again.
    AbsentTryAgain = "absent_try_again";
    /// Proved absent; not tried again.
    Absent = "absent";
    /// Proved absent, and Huawei had refused it.
    Refused = "refused";
    /// Proved absent, and it has become impossible.
    Impossible = "impossible";
    /// The effect was read back.
    EffectRead = "effect_read";
    /// The same, and Huawei made several orders of it.
    SeveralOrders = "several_orders";
    /// The effect was read back, but something else brought it about.
    DoneElsewhere = "done_elsewhere";
    /// What was read contradicts itself or the request.
    Contradiction = "contradiction";
    /// The outcome could not be read for too long.
    UnreadableTooLong = "unreadable_too_long";
    /// Accepted, but the effect does not show.
    NotShown = "not_shown";
    /// Huawei has it under review.
    UnderWay = "under_way";
    /// Huawei has had it under review for too long.
    UnderWayTooLong = "under_way_too_long";
    /// A person asked for another look.
    LookAgain = "look_again";
    /// One of two people judged it.
    JudgedByOne = "judged_by_one";
    /// Two people found that it happened.
    JudgedDone = "judged_done";
    /// Two people found that it did not happen.
    JudgedNotDone = "judged_not_done";
}
