//! What workers do with the journal in memory: take hold, arm, settle, and when there will be something.

use std::{collections::BTreeMap, time::Duration};

use bss_portal::{
    operations::{Arming, Attempt, Change, Claimed, Counted, Fault, Note, Operation, State, Stop, Verdict},
    proof::{self, Mutant},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::{
    Journal, Moved, Request, Row, number,
    rules::{self, Guards, after, kept, refused, taken, violated},
    settled,
};

/// The states that workers ask for.
pub(crate) const WORKED_ON: [State; 4] = [State::Ready, State::Sending, State::Unknown, State::Confirming];

impl Journal {
    /// As [`Store::claim`](bss_portal::operations::Store::claim).
    pub(crate) fn claim(
        &mut self,
        states: &[State],
        by: &str,
        lease: Duration,
        now: DateTime<Utc>,
    ) -> Result<Option<Claimed>, Fault> {
        let due = self.due.iter().take_while(|(next_at, _)| *next_at <= now);
        let mut free = due
            .filter_map(|(_, id)| self.rows.get(id))
            .filter(|row| states.contains(&row.operation.state) && self.free_at(row) <= now);
        let Some(id) = free.next().map(|row| row.operation.id) else { return Ok(None) };
        let until = after(now, lease)?;
        let row = self.rows.get_mut(&id).expect("it was found a moment ago");
        row.fence += 1;
        row.lease = Some((by.to_owned(), until));
        let row = &self.rows[&id];
        let of_step = row.requests.iter().filter(|r| r.attempt.step == row.operation.step);
        Ok(Some(Claimed {
            operation: row.operation.clone(),
            attempts: of_step.map(|request| request.attempt.clone()).collect(),
            fence: row.fence,
            now,
            recovered: !proof::is(Mutant::NoQuarantine) && row.operation.epoch != self.epoch(),
            may_be_incomplete: !proof::is(Mutant::NoQuarantine) && self.quarantined_until() > now,
            bound: self.bound(&row.operation),
        }))
    }

    /// The earliest moment at which workers could claim something.
    pub(crate) fn next_due(&self) -> Option<DateTime<Utc>> {
        self.next_due_in(&WORKED_ON)
    }

    /// The earliest moment at which something in one of these states could be claimed.
    pub(crate) fn next_due_in(&self, states: &[State]) -> Option<DateTime<Utc>> {
        let mut earliest: Option<DateTime<Utc>> = None;
        for (next_at, id) in &self.due {
            // Nothing later in the order can be free earlier.
            if earliest.is_some_and(|earliest| earliest <= *next_at) {
                break;
            }
            let Some(row) = self.rows.get(id).filter(|row| states.contains(&row.operation.state)) else {
                continue;
            };
            earliest = earliest.into_iter().chain([self.free_at(row)]).min();
        }
        earliest
    }

    /// From when on an open operation can be claimed, if nothing else happens to it or its account.
    fn free_at(&self, row: &Row) -> DateTime<Utc> {
        let operation = &row.operation;
        let from = operation.next_at.max(row.lease_until().unwrap_or(operation.next_at));
        if operation.state != State::Ready {
            return from;
        }
        // What cannot be sent any more is claimed all the same, to be ended.
        let held_until = operation.held_until.unwrap_or(from).min(operation.deadline_at);
        let from = from.max(self.quarantined_until()).max(held_until);
        if self.stops.contains_key(&operation.account_id) { from.max(operation.deadline_at) } else { from }
    }

    /// Until when requests may take effect that a recovered journal has lost; without an end while
    /// nobody has noticed that it is another database.
    fn quarantined_until(&self) -> DateTime<Utc> {
        if self.epochs.last().is_none_or(|epoch| epoch.identity != self.identity) {
            return DateTime::<Utc>::MAX_UTC;
        }
        self.epochs.iter().map(|epoch| epoch.quarantine_until).max().unwrap_or_default()
    }

    /// As [`Store::arm`](bss_portal::operations::Store::arm).
    pub(crate) fn arm(
        &mut self,
        claimed: &Claimed,
        arming: &Arming,
        now: DateTime<Utc>,
    ) -> Result<(), Fault> {
        let theirs = &claimed.operation;
        let pays = (theirs.step == "pay")
            .then(|| theirs.pays_order_id.as_ref().or(theirs.upstream_order_id.as_ref()))
            .flatten();
        let x_sdk_date = kept(arming.x_sdk_date);
        let settles_at = kept(arming.settles_at);
        let row = self.rows.get(&theirs.id).ok_or(Fault::Moved)?;
        let ours = &row.operation;
        let holds = ours.state == State::Ready
            && row.fence == claimed.fence
            && ours.step == theirs.step
            && ours.account_id == theirs.account_id
            && row.lease_until().is_some_and(|until| until > now);
        if !holds {
            return Err(Fault::Moved);
        }
        if ours.step == "pay" && pays != ours.pays_order_id.as_ref().or(ours.upstream_order_id.as_ref()) {
            return Err(refused("this is not the order to pay"));
        }
        if ours.deadline_at <= now {
            return Err(refused("the deadline has passed"));
        }
        if row.hold_ms.is_some() && ours.held_until.is_none_or(|until| until > now) {
            return Err(refused("it can still be taken back"));
        }
        if (x_sdk_date - now).abs() > rules::CLOCKS_APART {
            return Err(Fault::Clock);
        }
        let known = self.epochs.last();
        if self.stops.contains_key(&ours.account_id)
            || known.is_none_or(|epoch| epoch.quarantine_until > now || epoch.identity != self.identity)
        {
            return Err(Fault::Halted);
        }
        if (theirs.step == "pay") != pays.is_some() {
            return Err(violated("attempt", "pay_names_its_order"));
        }
        if settles_at <= x_sdk_date {
            return Err(violated("attempt", "settles_after_signing"));
        }
        let of_step = || row.requests.iter().filter(|request| request.attempt.step == theirs.step);
        let order = pays.map(|order| order.to_uppercase());
        let is_paid = order.as_ref().is_some_and(|order| self.paid.contains_key(order));
        if of_step().any(|request| request.attempt.is_live()) || (is_paid && Guards::standing().once) {
            return Err(Fault::Live);
        }

        let attempt_no = 1 + of_step().map(|request| request.attempt.attempt_no).max().unwrap_or_default();
        let request = Request {
            attempt: armed(&theirs.step, attempt_no, (x_sdk_date, settles_at), now),
            fence: claimed.fence,
            request_sha256: arming.request_sha256,
            pays: pays.cloned(),
        };
        if let Some(order) = order {
            *self.paid.entry(order).or_default() += 1;
        }
        let row = self.rows.get_mut(&theirs.id).expect("it was found a moment ago");
        row.requests.push(request);
        row.operation.polls = 0;
        row.operation.absent_at = None;
        self.due_at(theirs.id, now);
        let detail = Some(json!({ "attempt": attempt_no }));
        self.moved(theirs.id, Moved { to: State::Sending, note: Some(Note::Armed), detail, by: None }, now);
        Ok(())
    }

    /// As [`Store::settle`](bss_portal::operations::Store::settle).
    pub(crate) fn settle(
        &mut self,
        claimed: &Claimed,
        change: &Change,
        now: DateTime<Utc>,
    ) -> Result<(), Fault> {
        let theirs = &claimed.operation;
        let guards = Guards::standing();
        let row = self.rows.get(&theirs.id);
        let holds = row.is_some_and(|row| row.fence == claimed.fence && row.operation.closed_at.is_none());
        if !holds && guards.fence {
            return Err(Fault::Moved);
        }
        if let Some(row) = row {
            rules::may_answer(row, &theirs.step, &change.verdict)?;
        }
        let next_at = after(now, change.next_in)?;
        if let Some(row) = row {
            rules::may_settle(row, &theirs.step, change)?;
            if guards.one_proof && change.binds.as_ref().is_some_and(|order| self.proves_other(row, order)) {
                return Err(taken("order_proves_one_operation"));
            }
        }

        let (code, text) = change.result.clone().unwrap_or_default();
        if let Some(row) = self.rows.get_mut(&theirs.id) {
            for request in &mut row.requests {
                write_verdict(&mut self.paid, request, &theirs.step, &change.verdict, now);
            }
            let operation = &mut row.operation;
            operation.polls += i32::from(change.counts == Some(Counted::Look));
            operation.holds += i32::from(change.counts == Some(Counted::Hold));
            operation.absences += i32::from(change.counts == Some(Counted::Absence));
            operation.absent_at = change.absent_at.map(kept);
            operation.rejected |= change.rejected;
            if code.is_some() {
                operation.result_code.clone_from(&code);
            }
            if text.is_some() {
                operation.result_text.clone_from(&text);
            }
            if operation.upstream_order_id.is_none() && change.binds.is_some() {
                operation.upstream_order_id.clone_from(&change.binds);
                operation.more_orders.clone_from(&change.binds_more);
                self.proved.push(theirs.id);
            }
            row.lease = None;
            self.due_at(theirs.id, next_at);
            let detail = change.note.map(|_| change.detail.clone());
            self.moved(theirs.id, Moved { to: change.to, note: change.note, detail, by: None }, now);
        }
        if change.stops_account {
            self.stops.entry(theirs.account_id).or_insert_with(|| Stop {
                account_id: theirs.account_id,
                since: now,
                error_code: code,
                error_msg: text,
            });
        }
        Ok(())
    }

    /// The present epoch's number, from 1.
    fn epoch(&self) -> i64 {
        number(self.epochs.len())
    }

    fn proves_other(&self, row: &Row, order: &str) -> bool {
        let (id, account, kind) = (row.operation.id, row.operation.account_id, &row.operation.kind);
        self.proved.iter().filter(|other| **other != id).map(|other| &self.rows[other].operation).any(
            |other| {
                other.account_id == account
                    && other.kind == *kind
                    && other.upstream_order_id.as_deref() == Some(order)
            },
        )
    }

    /// The orders that prove others of this kind and account which did not end an hour before this one
    /// began or earlier.
    fn bound(&self, operation: &Operation) -> Vec<String> {
        let others = self.proved.iter().map(|id| &self.rows[id].operation).filter(|other| {
            other.id != operation.id
                && other.account_id == operation.account_id
                && other.kind == operation.kind
                && other.closed_at.is_none_or(|closed| closed >= operation.created_at - TimeDelta::hours(1))
        });
        others.flat_map(Operation::made_orders).cloned().collect()
    }
}

fn armed(
    step: &str,
    attempt_no: i32,
    (x_sdk_date, settles_at): (DateTime<Utc>, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Attempt {
    Attempt {
        step: step.to_owned(),
        attempt_no,
        x_sdk_date,
        settles_at,
        armed_at: now,
        outcome: None,
        class: None,
        http_status: None,
        error_code: None,
        error_msg: None,
        request_id: None,
        answered_at: None,
        settled_at: None,
        evidence: None,
    }
}

fn write_verdict(
    paid: &mut BTreeMap<String, u32>,
    request: &mut Request,
    step: &str,
    verdict: &Verdict,
    now: DateTime<Utc>,
) {
    if request.attempt.step != step || !request.attempt.is_unsettled() {
        return;
    }
    match verdict {
        Verdict::Answer(outcome, answered) if request.attempt.outcome.is_none() => {
            let attempt = &mut request.attempt;
            attempt.class = answered.class.map(str::to_owned);
            attempt.http_status = answered.http_status;
            attempt.error_code.clone_from(&answered.error_code);
            attempt.error_msg.clone_from(&answered.error_msg);
            attempt.request_id.clone_from(&answered.request_id);
            attempt.answered_at = Some(now);
            settled(paid, request, *outcome, now);
        }
        Verdict::Read(outcome, evidence) => {
            request.attempt.evidence = Some(evidence.clone());
            settled(paid, request, *outcome, now);
        }
        Verdict::None | Verdict::Answer(..) => {}
    }
}
