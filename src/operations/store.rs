//! The journal in PostgreSQL: the workers' transactions. It decides nothing; the triggers of
//! `migrations/20261122000500_operations.sql` and later refuse what a wrong program would write.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::{PgConnection, PgPool, postgres::types::PgInterval};
use uuid::Uuid;

use super::{
    desk,
    intent::OperationId,
    journal::{
        Arming, Attempt, Change, Claimed, Counted, Fault, Judgement, Operation, Outcome, Planned, Store,
        Submitted, Verdict, Vote,
    },
    note::Note,
    reading::{Reading, Story},
    state::State,
};
use crate::{
    identity::access::{AccountId, Scope},
    proof::{self, Mutant, Point},
};

/// The journal in a PostgreSQL database.
#[derive(Debug, Clone)]
pub struct PgStore(pub PgPool);

#[async_trait]
impl Store for PgStore {
    async fn story(&self, scope: &Scope, operation: OperationId) -> Result<Option<Story>, Fault> {
        Ok(Reading::new(self.0.clone()).find(scope, operation).await?)
    }

    async fn submit(&self, planned: &Planned) -> Result<Submitted, Fault> {
        desk::store::submit(&self.0, planned).await
    }

    async fn claim(&self, states: &[State], by: &str, lease: Duration) -> Result<Option<Claimed>, Fault> {
        let states: Vec<String> = states.iter().map(ToString::to_string).collect();
        let mut tx = self.0.begin().await?;
        let Some(held) = sqlx::query!(
            r#"with recovery as materialized (
                   select exists (select 1 from recovery_epoch e where e.quarantine_until > journal_clock())
                          or not exists (
                              select 1 from recovery_epoch e, database_identity() d
                               where e.id = (select max(l.id) from recovery_epoch l)
                                 and e.system_identifier = d.system_identifier and e.timeline = d.timeline
                                 and e.database_oid = d.database_oid) as is_fresh)
               update operation
                  set fence = fence + 1, lease_owner = $2, lease_until = journal_clock() + $3
                where id = (
                    select o.id from operation o, recovery r
                     where not is_final(o.state) and o.state = any($1) and o.next_at <= journal_clock()
                       and (o.lease_until is null or o.lease_until <= journal_clock())
                       and (o.state <> 'READY' or not r.is_fresh)
                       and (o.state <> 'READY' or o.hold_ms is null or o.held_until <= journal_clock()
                            or o.deadline_at <= journal_clock())
                       and (o.state <> 'READY' or o.deadline_at <= journal_clock() or not exists (
                                select 1 from sending_stop s where s.account_id = o.account_id))
                     order by o.next_at, o.id
                     for update of o skip locked limit 1)
            returning id, fence, journal_clock() as "now!",
                      epoch <> (select max(e.id) from recovery_epoch e) as "recovered!",
                      (select r.is_fresh from recovery r) as "fresh!""#,
            &states,
            by,
            interval(lease),
        )
        .fetch_optional(&mut *tx)
        .await?
        else {
            return Ok(None);
        };
        let operation = load(&mut tx, held.id).await?;
        let mut attempts = attempts(&mut tx, held.id).await?;
        attempts.retain(|attempt| attempt.step == operation.step);
        // An order bound by an operation that ended well before this one began is too old to be this one's.
        let bound = sqlx::query_scalar!(
            r#"select unnest(upstream_order_id || more_orders) as "order!" from operation
                where account_id = $1 and kind = $2 and upstream_order_id is not null and id <> $3
                  and coalesce(closed_at, 'infinity') >= $4::timestamptz - interval '1 hour'"#,
            operation.account_id.0,
            operation.kind,
            held.id,
            operation.created_at,
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        proof::at(Point::ClaimAfterCommit);
        let careful = !proof::is(Mutant::NoQuarantine);
        let (recovered, may_be_incomplete) = (held.recovered && careful, held.fresh && careful);
        let (fence, now) = (held.fence, held.now);
        Ok(Some(Claimed { operation, attempts, fence, now, recovered, may_be_incomplete, bound }))
    }

    async fn arm(&self, claimed: &Claimed, arming: &Arming) -> Result<(), Fault> {
        let operation = &claimed.operation;
        let pays = (operation.step == "pay")
            .then(|| operation.pays_order_id.as_ref().or(operation.upstream_order_id.as_ref()))
            .flatten();
        let mut tx = self.0.begin().await?;
        // The rest of a commit is durable before a request leaves, whatever the server's default.
        sqlx::query!("set local synchronous_commit = on").execute(&mut *tx).await?;
        sqlx::query!(
            "insert into attempt (operation_id, account_id, step, attempt_no, fence, x_sdk_date, settles_at, request_sha256, pay_order_id)
             values ($1, $2, $3, 1 + coalesce((select max(attempt_no) from attempt where operation_id = $1 and step = $3), 0),
                     $4, $5, $6, $7, $8)",
            operation.id.0,
            operation.account_id.0,
            operation.step,
            claimed.fence,
            arming.x_sdk_date,
            arming.settles_at,
            &arming.request_sha256[..],
            pays,
        )
        .execute(&mut *tx)
        .await?;
        proof::at(Point::ArmBeforeCommit);
        tx.commit().await?;
        proof::at(Point::ArmAfterCommit);
        Ok(())
    }

    async fn settle(&self, claimed: &Claimed, change: &Change) -> Result<(), Fault> {
        let operation = &claimed.operation;
        let mut tx = self.0.begin().await?;
        sqlx::query!("set local synchronous_commit = on").execute(&mut *tx).await?;
        let held = sqlx::query_scalar!(
            "select id from operation where id = $1 and fence = $2 and closed_at is null for update",
            operation.id.0,
            claimed.fence,
        )
        .fetch_optional(&mut *tx)
        .await?;
        if held.is_none() && !proof::is(Mutant::FenceIgnored) {
            return Err(Fault::Moved);
        }
        write_verdict(&mut tx, operation, &change.verdict).await?;
        let (code, text) = change.result.clone().unwrap_or_default();
        sqlx::query!(
            "update operation set
                state = $2, note = coalesce($3, note), detail = case when $3::text is null then detail else $4 end, next_at = journal_clock() + $5,
                polls = polls + $6, holds = holds + $7, absences = absences + $8, absent_at = $9,
                rejected = rejected or $10,
                result_code = coalesce($11, result_code), result_text = coalesce($12, result_text),
                upstream_order_id = coalesce($13, upstream_order_id),
                more_orders = case when $13::text is null then more_orders else $14 end,
                lease_owner = null, lease_until = null, changed_by = null, changed_by_name = null
              where id = $1",
            operation.id.0,
            change.to.as_str(),
            change.note.map(Note::as_str),
            change.detail,
            interval(change.next_in),
            i32::from(change.counts == Some(Counted::Look)),
            i32::from(change.counts == Some(Counted::Hold)),
            i32::from(change.counts == Some(Counted::Absence)),
            change.absent_at,
            change.rejected,
            code,
            text,
            change.binds,
            &change.binds_more,
        )
        .execute(&mut *tx)
        .await?;
        if change.stops_account {
            sqlx::query!(
                "insert into sending_stop (account_id, error_code, error_msg) values ($1, $2, $3) on conflict do nothing",
                operation.account_id.0,
                code,
                text,
            )
            .execute(&mut *tx)
            .await?;
        }
        proof::at(Point::SettleBeforeCommit);
        tx.commit().await?;
        proof::at(Point::SettleAfterCommit);
        Ok(())
    }

    async fn vote(&self, vote: &Vote) -> Result<State, Fault> {
        desk::store::vote(&self.0, vote).await
    }

    async fn judge(&self, judgement: &Judgement) -> Result<State, Fault> {
        desk::store::judge(&self.0, judgement).await
    }

    async fn withdraw(&self, operation: OperationId, person: &(Uuid, String)) -> Result<(), Fault> {
        desk::store::withdraw(&self.0, operation, person).await
    }

    async fn hasten(&self, operation: OperationId, person: &(Uuid, String)) -> Result<(), Fault> {
        desk::store::hasten(&self.0, operation, person).await
    }

    async fn expire(&self) -> Result<u64, Fault> {
        let expired = sqlx::query!(
            "update operation
                set state = 'EXPIRED', note = 'approval_expired', detail = '{}', changed_by = null, changed_by_name = null
              where state = 'PENDING_APPROVAL' and approve_by <= journal_clock()",
        )
        .execute(&self.0)
        .await?;
        Ok(expired.rows_affected())
    }

    async fn observe(&self, quarantine: Duration) -> Result<bool, Fault> {
        let mut tx = self.0.begin().await?;
        sqlx::query!("lock table recovery_epoch in share row exclusive mode").execute(&mut *tx).await?;
        // A journal without operations has nothing to be careful about.
        let new = sqlx::query_scalar!(
            r#"insert into recovery_epoch (system_identifier, timeline, database_oid, quarantine_until)
               select d.system_identifier, d.timeline, d.database_oid,
                      journal_clock() + case when exists (select 1 from operation) then $1 else interval '0' end
                 from database_identity() d
                where not exists (
                    select 1 from recovery_epoch e
                     where e.id = (select max(id) from recovery_epoch)
                       and e.system_identifier = d.system_identifier and e.timeline = d.timeline
                       and e.database_oid = d.database_oid)
            returning quarantine_until > journal_clock() as "careful!""#,
            interval(quarantine),
        )
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(new.unwrap_or(false))
    }

    async fn resume(&self, account: AccountId) -> Result<(), Fault> {
        sqlx::query!("delete from sending_stop where account_id = $1", account.0).execute(&self.0).await?;
        Ok(())
    }
}

impl PgStore {
    /// Takes away the guards that the bug of this process is the absence of.
    #[cfg(feature = "proof")]
    pub async fn weaken(&self) -> Result<(), Fault> {
        if proof::is(Mutant::TargetsNotHeld) {
            sqlx::raw_sql(
                "drop index if exists one_open_operation_per_target; drop index if exists order_paid_at_most_once",
            )
            .execute(&self.0)
            .await?;
        }
        if proof::is(Mutant::OrderProvesMany) {
            let drop = "alter table operation drop constraint if exists order_proves_one_operation";
            sqlx::raw_sql(drop).execute(&self.0).await?;
        }
        Ok(())
    }
}

async fn write_verdict(
    tx: &mut PgConnection,
    operation: &Operation,
    verdict: &Verdict,
) -> Result<(), sqlx::Error> {
    match verdict {
        Verdict::None => {}
        Verdict::Answer(outcome, answered) => {
            sqlx::query!(
                "update attempt set outcome = $3, class = $4, http_status = $5, error_code = $6, error_msg = $7,
                        request_id = $8, answered_at = journal_clock()
                  where operation_id = $1 and step = $2 and outcome is null",
                operation.id.0,
                operation.step,
                outcome.as_str(),
                answered.class,
                answered.http_status,
                answered.error_code,
                answered.error_msg,
                answered.request_id,
            )
            .execute(tx)
            .await?;
        }
        Verdict::Read(outcome, evidence) => {
            sqlx::query!(
                "update attempt set outcome = $3, evidence = $4
                  where operation_id = $1 and step = $2 and (outcome is null or outcome = 'unknown')",
                operation.id.0,
                operation.step,
                outcome.as_str(),
                evidence,
            )
            .execute(tx)
            .await?;
        }
    }
    Ok(())
}

/// One operation by its id.
pub(super) async fn load(db: &mut PgConnection, id: Uuid) -> Result<Operation, sqlx::Error> {
    sqlx::query_as!(
        Operation,
        r#"select id, account_id, kind, step, state as "state: State", payload,
                  payload_sha256, subject, amount, requester_id, requester_name, needs_approvals, trans_id,
                  pays_order_id, upstream_order_id, more_orders, epoch, next_at, approve_by, deadline_at,
                  held_until, created_at,
                  state_since, closed_at, polls, holds, absences, absent_at, rejected, result_code,
                  result_text, note, detail
             from operation where id = $1"#,
        id,
    )
    .fetch_one(db)
    .await
}

/// The attempts of an operation, all steps, oldest first.
pub(super) async fn attempts(db: &mut PgConnection, id: Uuid) -> Result<Vec<Attempt>, sqlx::Error> {
    sqlx::query_as!(
        Attempt,
        r#"select step, attempt_no, x_sdk_date, settles_at, armed_at, outcome as "outcome: Outcome", class, http_status,
                  error_code, error_msg, request_id, answered_at, settled_at, evidence
             from attempt where operation_id = $1 order by armed_at, attempt_no"#,
        id,
    )
    .fetch_all(db)
    .await
}

/// A span of time as the database takes it.
pub(super) fn interval(span: Duration) -> PgInterval {
    PgInterval { months: 0, days: 0, microseconds: i64::try_from(span.as_micros()).unwrap_or(i64::MAX) }
}

/// What a failed statement means. A constraint or trigger that refused has written nothing; a
/// broken connection may have.
impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        let Some(database) = error.as_database_error() else { return Self::Unknown(error.into()) };
        match (database.code().as_deref(), database.constraint()) {
            (_, Some("one_live_attempt_per_step" | "order_paid_at_most_once")) => Self::Live,
            // Serialisation failure and deadlock: rolled back whole. `arm_guard` says 40001 itself.
            (Some("40001" | "40P01"), _) => Self::Moved,
            (Some("22008"), _) => Self::Clock,
            (Some("55000"), _) => Self::Halted,
            // Class 23: an integrity rule.
            (Some(code), _) if code.starts_with("23") => Self::Refused(database.message().to_owned()),
            _ => Self::Unknown(error.into()),
        }
    }
}
