-- Some things cannot be taken back once Huawei has them: those wait a little when they are ready, so that their
-- maker can think better of it. The journal's clock decides when that is over, and no wrong program is faster.

-- How long it waits once it is ready for the first time; none for what does not wait …
alter table operation add column hold_ms integer
    constraint operation_hold_ms_check check (hold_ms between 0 and 3600000);
-- … and until when that is. Set by trigger, once.
alter table operation add column held_until timestamptz;
-- What ends something always waits, be it for no time at all.
alter table operation add constraint unsubscribing_waits
    check (kind <> 'unsubscribe' or hold_ms is not null) not valid;

-- Huawei may make several orders of one request about several resources. `upstream_order_id` is the first of
-- them; none of the others proves another operation either.
alter table operation add column more_orders text[] not null default '{}';
alter table operation add constraint more_orders_follow_the_first
    check (more_orders = '{}' or upstream_order_id is not null);

-- Operations are found by any of the things that they are about.
create index operation_target_found on operation_target (upper(target_id));

create or replace function operation_insert_guard() returns trigger language plpgsql as $$
begin
    if new.needs_approvals < approvals_needed(new.kind, new.amount) then
        perform refuse('fewer approvals than the policy asks for');
    end if;
    if new.state <> (case when new.needs_approvals > 0 then 'PENDING_APPROVAL' else 'READY' end) then
        perform refuse('an operation begins pending or ready');
    end if;
    if new.fence <> 0 or new.lease_until is not null or new.upstream_order_id is not null
       or new.more_orders <> '{}' or new.held_until is not null then
        perform refuse('an operation begins untouched');
    end if;
    if new.state = 'READY' then
        new.held_until := journal_clock() + new.hold_ms * interval '1 millisecond';
    end if;
    return new;
end $$;

create or replace function operation_guard() returns trigger language plpgsql as $$
begin
    if old.closed_at is not null then
        perform refuse('a closed operation is final');
    end if;
    if (new.id, new.account_id, new.kind, new.payload, new.payload_sha256, new.subject, new.amount,
        new.requester_id, new.requester_name, new.form_nonce, new.needs_approvals, new.trans_id,
        new.pays_order_id, new.epoch, new.approve_by, new.deadline_at, new.created_at, new.hold_ms)
       is distinct from
       (old.id, old.account_id, old.kind, old.payload, old.payload_sha256, old.subject, old.amount,
        old.requester_id, old.requester_name, old.form_nonce, old.needs_approvals, old.trans_id,
        old.pays_order_id, old.epoch, old.approve_by, old.deadline_at, old.created_at, old.hold_ms) then
        perform refuse('an intent is immutable');
    end if;
    if new.held_until is distinct from old.held_until then
        perform refuse('a hold is kept');
    end if;
    if new.fence < old.fence then
        perform refuse('the fence goes back');
    end if;
    if old.upstream_order_id is not null
       and (new.upstream_order_id, new.more_orders) is distinct from (old.upstream_order_id, old.more_orders) then
        perform refuse('a bound order stays bound');
    end if;
    if old.rejected and not new.rejected then
        perform refuse('a refusal is not forgotten');
    end if;
    if new.state = old.state then
        return new;
    end if;

    if not exists (select 1 from transition_rule r where r.from_state = old.state and r.to_state = new.state) then
        perform refuse(format('illegal transition %s -> %s', old.state, new.state));
    end if;
    if old.state = 'PENDING_APPROVAL' and new.state = 'READY'
       and ((select count(*) from approval a
              where a.operation_id = new.id and a.decision = 'approve' and a.payload_sha256 = new.payload_sha256)
             < new.needs_approvals
            or exists (select 1 from approval a where a.operation_id = new.id and a.decision = 'reject')) then
        perform refuse('approvals are missing');
    end if;
    -- Sending is entered by arming an attempt, and by nothing else.
    if new.state = 'SENDING' and not exists (
        select 1 from attempt t where t.operation_id = new.id and t.step = new.step
           and t.fence = new.fence and t.outcome is null) then
        perform refuse('nothing is armed');
    end if;
    if new.state = 'CONFIRMING' and not exists (
        select 1 from attempt t where t.operation_id = new.id and t.step = new.step and t.outcome = 'executed') then
        perform refuse('nothing was executed');
    end if;
    -- Nobody may call an operation dead, or ready to be sent again, while a request of it could
    -- still take effect or has.
    if new.state in ('READY', 'FAILED', 'STALE', 'EXPIRED', 'CANCELLED', 'REJECTED') and exists (
        select 1 from attempt t where t.operation_id = new.id and t.step = new.step
           and (t.outcome is null or t.outcome in ('unknown', 'executed'))) then
        perform refuse('an attempt is live');
    end if;
    if new.state = 'SUCCEEDED' and exists (
        select 1 from attempt t where t.operation_id = new.id and (t.outcome is null or t.outcome = 'unknown')) then
        perform refuse('an attempt is unsettled');
    end if;
    if old.state = 'NEEDS_REVIEW' and is_final(new.state) and 2 > (
        select count(*) from review v where v.operation_id = new.id and v.round = old.state_since
           and v.verdict = case new.state when 'SUCCEEDED' then 'executed' else 'not_executed' end) then
        perform refuse('two people must agree');
    end if;

    new.state_since := journal_clock();
    new.closed_at := case when is_final(new.state) then new.state_since end;
    -- What has waited once does not wait again.
    if new.state = 'READY' and old.held_until is null then
        new.held_until := new.state_since + new.hold_ms * interval '1 millisecond';
    end if;
    return new;
end $$;

create or replace function arm_guard() returns trigger language plpgsql as $$
declare
    o operation;
    e recovery_epoch;
begin
    select * into o from operation where id = new.operation_id for update;
    if not found or o.state <> 'READY' or o.fence <> new.fence or o.step <> new.step
       or o.account_id <> new.account_id or o.lease_until is null or o.lease_until <= journal_clock() then
        raise exception 'not the holder of the lease' using errcode = '40001';
    end if;
    if new.outcome is not null then
        perform refuse('an attempt begins armed');
    end if;
    if new.step = 'pay' and new.pay_order_id is distinct from coalesce(o.pays_order_id, o.upstream_order_id) then
        perform refuse('this is not the order to pay');
    end if;
    if o.deadline_at <= journal_clock() then
        perform refuse('the deadline has passed');
    end if;
    if o.hold_ms is not null and (o.held_until is null or o.held_until > journal_clock()) then
        perform refuse('it can still be taken back');
    end if;
    if abs(extract(epoch from new.x_sdk_date - journal_clock())) > 120 then
        raise exception 'clocks differ by more than 120 s' using errcode = '22008';
    end if;
    if exists (select 1 from sending_stop s where s.account_id = new.account_id) then
        raise exception 'sending is stopped for this account' using errcode = '55000';
    end if;
    select * into e from recovery_epoch order by id desc limit 1;
    if not found or e.quarantine_until > journal_clock()
       or (e.system_identifier, e.timeline, e.database_oid) is distinct from
          (select (d.system_identifier, d.timeline, d.database_oid)::record from database_identity() d) then
        raise exception 'the database was recovered: nothing is sent yet' using errcode = '55000';
    end if;
    return new;
end $$;
