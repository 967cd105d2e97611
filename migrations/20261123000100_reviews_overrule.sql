-- Two people who looked may overrule Huawei's word: a payment that was accepted and never shows would
-- hold its order for ever, since neither reading nor people could say that it is not there.

create or replace function attempt_guard() returns trigger language plpgsql as $$
begin
    if (new.operation_id, new.account_id, new.step, new.attempt_no, new.fence, new.x_sdk_date,
        new.request_sha256, new.pay_order_id, new.armed_at)
       is distinct from
       (old.operation_id, old.account_id, old.step, old.attempt_no, old.fence, old.x_sdk_date,
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

-- Whether two people found, in the present stay in NEEDS_REVIEW, that nothing was executed.
create function is_judged_absent(operation uuid) returns boolean language sql stable as $$
    select 2 <= (select count(*) from review v join operation o on o.id = v.operation_id
                  where o.id = is_judged_absent.operation and o.state = 'NEEDS_REVIEW'
                    and v.round = o.state_since and v.verdict = 'not_executed')
$$;
