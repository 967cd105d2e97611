//! What people do with the journal in memory, and what they read of it.

use bss_portal::{
    identity::access::Scope,
    operations::{Approval, Fault, Judgement, Note, OperationId, Outcome, Review, State, Story, Vote},
};
use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{Journal, Moved, Row, rules};

impl Journal {
    /// As [`Store::vote`](bss_portal::operations::Store::vote).
    pub(crate) fn vote(&mut self, vote: &Vote, now: DateTime<Utc>) -> Result<State, Fault> {
        let (person, name) = &vote.person;
        let row = self.rows.get_mut(&vote.operation);
        let row = row.filter(|row| row.operation.state == State::PendingApproval).ok_or(Fault::Moved)?;
        rules::may_vote(row, *person, &vote.payload_sha256, now)?;
        let approval = Approval {
            approver_id: *person,
            approver_name: name.clone(),
            decision: if vote.agrees { "approve" } else { "reject" }.to_owned(),
            reason: vote.reason.clone(),
            at: now,
        };
        row.approvals.push((approval, vote.payload_sha256.clone()));
        let (agreed, needed) = (row.agreed(), row.operation.needs_approvals);
        let (to, note) = match (vote.agrees, agreed >= usize::try_from(needed).unwrap_or_default()) {
            (false, _) => (State::Rejected, Note::RejectedByPerson),
            (true, true) => (State::Ready, Note::Approved),
            (true, false) => (State::PendingApproval, Note::AgreedByOne),
        };
        let detail = json!({ "agreed": agreed, "needed": needed, "reason": vote.reason });
        self.due_at(vote.operation, now);
        let moved = Moved { to, note: Some(note), detail: Some(detail), by: Some(&vote.person) };
        self.moved(vote.operation, moved, now);
        Ok(to)
    }

    /// As [`Store::judge`](bss_portal::operations::Store::judge).
    pub(crate) fn judge(&mut self, judgement: &Judgement, now: DateTime<Utc>) -> Result<State, Fault> {
        let (person, name) = &judgement.person;
        let row = self.rows.get_mut(&judgement.operation);
        let row = row.filter(|row| row.operation.state == State::NeedsReview).ok_or(Fault::Moved)?;
        rules::may_judge(row, (*person, &judgement.reason), judgement.executed, now)?;
        let verdict = if judgement.executed { "executed" } else { "not_executed" };
        let round = row.operation.state_since;
        let review = Review {
            reviewer_id: *person,
            reviewer_name: name.clone(),
            verdict: verdict.to_owned(),
            reason: judgement.reason.clone(),
            at: now,
        };
        row.reviews.push((round, review));
        let detail = json!({ "verdict": verdict, "reason": judgement.reason });
        let agreed = row.concluded(round, judgement.executed) >= 2;
        let (to, note) = match (agreed, judgement.executed) {
            (false, _) => (State::NeedsReview, Note::JudgedByOne),
            (true, true) => (State::Succeeded, Note::JudgedDone),
            (true, false) => (State::Failed, Note::JudgedNotDone),
        };
        if agreed {
            let outcome = if judgement.executed { Outcome::Executed } else { Outcome::NotExecuted };
            for request in &mut row.requests {
                let overruled = !judgement.executed && request.attempt.outcome == Some(Outcome::Executed);
                if request.attempt.is_unsettled() || overruled {
                    request.attempt.evidence = Some(detail.clone());
                    super::settled(&mut self.paid, request, outcome, now);
                }
            }
        }
        self.due_at(judgement.operation, now);
        let moved = Moved { to, note: Some(note), detail: Some(detail), by: Some(&judgement.person) };
        self.moved(judgement.operation, moved, now);
        Ok(to)
    }

    /// As [`Store::withdraw`](bss_portal::operations::Store::withdraw).
    pub(crate) fn withdraw(
        &mut self,
        id: OperationId,
        person: &(Uuid, String),
        now: DateTime<Utc>,
    ) -> Result<(), Fault> {
        let row = self.rows.get(&id).ok_or(Fault::Moved)?;
        let unsent = matches!(row.operation.state, State::PendingApproval | State::Ready);
        if row.operation.requester_id != person.0 || !unsent {
            return Err(Fault::Moved);
        }
        rules::may_become(row, State::Cancelled, |request| request.attempt.outcome)?;
        let note = Some(Note::Withdrawn);
        self.moved(id, Moved { to: State::Cancelled, note, detail: Some(json!({})), by: Some(person) }, now);
        Ok(())
    }

    /// As [`Store::hasten`](bss_portal::operations::Store::hasten).
    pub(crate) fn hasten(
        &mut self,
        id: OperationId,
        person: &(Uuid, String),
        now: DateTime<Utc>,
    ) -> Result<(), Fault> {
        let (to, note) = match self.rows.get(&id).map(|row| row.operation.state) {
            Some(State::NeedsReview) => (State::Unknown, Some(Note::LookAgain)),
            Some(state @ (State::Ready | State::Sending | State::Unknown | State::Confirming)) => {
                (state, None)
            }
            _ => return Err(Fault::Moved),
        };
        self.due_at(id, now);
        self.moved(id, Moved { to, note, detail: None, by: Some(person) }, now);
        Ok(())
    }

    /// As [`Store::expire`](bss_portal::operations::Store::expire).
    pub(crate) fn expire(&mut self, now: DateTime<Utc>) -> u64 {
        let over =
            |row: &&Row| row.operation.state == State::PendingApproval && row.operation.approve_by <= now;
        let open = self.due.iter().filter_map(|(_, id)| self.rows.get(id));
        let over: Vec<OperationId> = open.filter(over).map(|row| row.operation.id).collect();
        for id in &over {
            let note = Some(Note::ApprovalExpired);
            self.moved(*id, Moved { to: State::Expired, note, detail: Some(json!({})), by: None }, now);
        }
        over.len() as u64
    }

    /// As [`Store::story`](bss_portal::operations::Store::story).
    pub(crate) fn story(&self, scope: &Scope, id: OperationId) -> Option<Story> {
        let row = self.rows.get(&id).filter(|row| scope.contains(row.operation.account_id))?;
        let last = row.reviews.iter().map(|(round, _)| *round).max();
        let present = (row.operation.state == State::NeedsReview).then_some(row.operation.state_since);
        let round = present.or(last);
        let of_round = row.reviews.iter().filter(|(of, _)| Some(*of) == round);
        Some(Story {
            operation: row.operation.clone(),
            attempts: row.requests.iter().map(|request| request.attempt.clone()).collect(),
            approvals: row.approvals.iter().map(|(approval, _)| approval.clone()).collect(),
            reviews: of_round.map(|(_, review)| review.clone()).collect(),
            events: row.events.iter().map(|(event, _)| event.clone()).collect(),
            stop: self.stops.get(&row.operation.account_id).cloned(),
            part_of: None,
        })
    }
}
