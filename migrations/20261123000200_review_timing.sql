-- Nobody can call dead what may still take effect: when that is over is kept with each attempt, so
-- that two people who close an operation are held to it by the database's clock, and not by that of
-- the machine whose page they used.

alter table attempt add column settles_at timestamptz;
-- Those of before carried the real span: fifteen minutes of validity and a margin of five.
alter table attempt disable trigger attempt_guard;
update attempt set settles_at = x_sdk_date + interval '20 minutes';
alter table attempt enable trigger attempt_guard;
alter table attempt alter column settles_at set not null;
alter table attempt add constraint settles_after_signing check (settles_at > x_sdk_date);
comment on column attempt.settles_at is 'after this, no copy of the request can take effect any more';

create or replace function attempt_guard() returns trigger language plpgsql as $$
begin
    if (new.operation_id, new.account_id, new.step, new.attempt_no, new.fence, new.x_sdk_date, new.settles_at,
        new.request_sha256, new.pay_order_id, new.armed_at)
       is distinct from
       (old.operation_id, old.account_id, old.step, old.attempt_no, old.fence, old.x_sdk_date, old.settles_at,
        old.request_sha256, old.pay_order_id, old.armed_at) then
        perform refuse('an attempt is immutable');
    end if;
    if old.outcome in ('executed', 'not_executed') and new.outcome is distinct from old.outcome
       and not (old.outcome = 'executed' and new.outcome = 'not_executed' and is_judged_absent(new.operation_id)) then
        perform refuse('a settled attempt is final');
    end if;
    if old.outcome = 'unknown' and new.outcome is null then
        perform refuse('an attempt is not armed twice');
    end if;
    if new.outcome in ('executed', 'not_executed') and old.outcome is distinct from new.outcome then
        new.settled_at := journal_clock();
    end if;
    return new;
end $$;

create or replace function review_guard() returns trigger language plpgsql as $$
declare
    o operation;
begin
    select * into o from operation where id = new.operation_id for update;
    if o.state <> 'NEEDS_REVIEW' or new.round <> o.state_since then
        perform refuse('nothing to review');
    end if;
    -- After a refusal by Huawei, a copy of any earlier request may be what was refused.
    if new.verdict = 'not_executed' and exists (
        select 1 from attempt t where t.operation_id = new.operation_id and t.settles_at >= journal_clock()
           and (t.outcome is distinct from 'not_executed' or o.rejected)) then
        perform refuse('a request may still take effect');
    end if;
    return new;
end $$;
