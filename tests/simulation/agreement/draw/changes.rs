//! Draws what workers do with what they hold, or once held.

use std::time::Duration;

use bss_portal::operations::{
    Answered, Arming, Change, Claimed, Counted, Note, OperationId, Outcome, State, Verdict,
};
use chrono::TimeDelta;
use uuid::Uuid;

use super::{ACCOUNTS, Call, Dice, Game, SECOND};

const PROOFS: [&str; 2] = ["UO1", "uo1"];

impl Game {
    pub(super) fn arm(&self, dice: &mut Dice, mut claimed: Claimed) -> Call {
        let skew = match dice.below(14) {
            0 => TimeDelta::seconds(120),
            1 => TimeDelta::seconds(-120),
            2 => TimeDelta::seconds(120) + TimeDelta::microseconds(1),
            3 => TimeDelta::seconds(-120) - TimeDelta::microseconds(1),
            4 => TimeDelta::nanoseconds(2_700),
            _ => TimeDelta::zero(),
        };
        let x_sdk_date = self.now + skew;
        let valid = match dice.below(20) {
            0 => TimeDelta::zero(),
            1 => TimeDelta::microseconds(-1),
            2 => TimeDelta::nanoseconds(800),
            _ => TimeDelta::minutes(20),
        };
        let theirs = &mut claimed.operation;
        match dice.below(60) {
            0 => dice.of(["pay", "cancel"]).clone_into(&mut theirs.step),
            1 => theirs.account_id = dice.of(ACCOUNTS),
            2 => theirs.pays_order_id = dice.of([None, Some("CS2".to_owned()), Some("cs1".to_owned())]),
            3 => theirs.id = OperationId(Uuid::from_u128(0)),
            4 => claimed.fence += 1,
            _ => {}
        }
        let request_sha256 = [u8::try_from(dice.below(256)).unwrap_or_default(); 32];
        Call::Arm(Box::new(claimed), Arming { x_sdk_date, settles_at: x_sdk_date + valid, request_sha256 })
    }

    pub(super) fn settle(&self, dice: &mut Dice, mut claimed: Claimed) -> Call {
        let row = self.journal.operation(claimed.operation.id);
        let state = row.map_or(claimed.operation.state, |row| row.operation.state);
        let (to, verdict) =
            if dice.one_in(4) { (dice.of(State::ALL), any_verdict(dice)) } else { sensible(dice, state) };
        if dice.one_in(60) {
            dice.of(["pay", "cancel"]).clone_into(&mut claimed.operation.step);
        }
        let note = dice.pick(Note::ALL).filter(|_| !dice.one_in(4));
        let text = |dice: &mut Dice, text: &str| (!dice.one_in(3)).then(|| text.to_owned());
        let change = Change {
            to,
            note,
            detail: dice.detail(),
            verdict,
            next_in: match dice.below(120) {
                0 => Duration::MAX,
                1..60 => Duration::ZERO,
                _ => dice.micros(SECOND, 120 * SECOND) + Duration::from_nanos(900),
            },
            counts: dice.of([None, Some(Counted::Look), Some(Counted::Hold), Some(Counted::Absence)]),
            absent_at: dice.of([None, None, Some(self.now), Some(self.now + TimeDelta::nanoseconds(1))]),
            rejected: dice.one_in(4),
            result: dice.one_in(4).then(|| (text(dice, "CBC.1"), text(dice, "no"))),
            binds: if dice.one_in(3) { Some(dice.of(PROOFS).to_owned()) } else { None },
            binds_more: if dice.one_in(5) { vec!["UO2".to_owned(), "UO3".to_owned()] } else { Vec::new() },
            stops_account: dice.one_in(25),
        };
        Call::Settle(Box::new(claimed), Box::new(change))
    }
}

fn any_verdict(dice: &mut Dice) -> Verdict {
    let outcome = dice.of([Outcome::Unknown, Outcome::Executed, Outcome::NotExecuted]);
    match dice.below(3) {
        0 => Verdict::None,
        1 => answered(dice, outcome),
        _ => Verdict::Read(outcome, dice.detail()),
    }
}

/// What a right program could do with an operation in this state.
fn sensible(dice: &mut Dice, state: State) -> (State, Verdict) {
    use Outcome::{Executed, NotExecuted};
    let read = |dice: &mut Dice, outcome| Verdict::Read(outcome, dice.detail());
    let none = Verdict::None;
    match (state, dice.below(10)) {
        (State::PendingApproval, 0..4) => (State::Ready, none),
        (State::PendingApproval, 4) | (State::Ready, 0) => (State::Stale, none),
        (State::Ready, 1) => (State::Expired, none),
        (State::Ready, 2) => (State::Failed, none),
        (State::Ready, 3..6) | (State::NeedsReview, 0) => (State::Unknown, none),
        (State::Ready, 6) => (State::Sending, none),
        (State::Sending, 0..3) => (State::Confirming, answered(dice, Executed)),
        (State::Sending, 3..6) => (State::Unknown, answered(dice, Outcome::Unknown)),
        (State::Sending, 6..8) => (State::Ready, answered(dice, NotExecuted)),
        (State::Sending, 8) => (State::Failed, answered(dice, NotExecuted)),
        (State::Unknown, 0..2) | (State::Confirming, 0..4) | (State::NeedsReview, 1..4) => {
            (State::Succeeded, read(dice, Executed))
        }
        (State::Unknown, 2) => (State::Ready, read(dice, NotExecuted)),
        (State::Unknown, 3) | (State::NeedsReview, 4..7) => (State::Failed, read(dice, NotExecuted)),
        (State::Unknown, 4) => (State::Stale, read(dice, NotExecuted)),
        (State::Unknown, 5) => (State::Confirming, read(dice, Executed)),
        (State::Unknown, 6) => (State::NeedsReview, read(dice, NotExecuted)),
        (State::Unknown | State::Confirming, 6..8) => (State::NeedsReview, none),
        (State::Unknown, 8) => (State::Succeeded, none),
        (state, _) => (state, none),
    }
}

fn answered(dice: &mut Dice, outcome: Outcome) -> Verdict {
    let class = dice.of([None, Some("S"), Some("P"), Some("N"), Some("V"), Some("R"), Some("A"), Some("A")]);
    let mut answered = Answered { class, ..Answered::default() };
    match dice.below(10) {
        0 => answered.class = Some("X"),
        1..5 => {
            answered.http_status = Some(400);
            answered.error_code = Some("CBC.1".to_owned());
            answered.error_msg = Some("no".to_owned());
            answered.request_id = Some("r".to_owned());
        }
        _ => {}
    }
    Verdict::Answer(outcome, answered)
}
