-- Plans: several operations of the journal, asked for with one form and submitted one after another. A plan
-- sends nothing and holds nothing; what became of its steps is read from the journal by their form keys.

create table plan (
    id uuid primary key,
    kind text not null check (kind in ('renew')),
    requester_id uuid not null,
    requester_name text not null,
    -- The random key of the form: posting it twice is one plan.
    form_key uuid not null,
    -- A digest of all that was confirmed: the same form posted again asks for the same, or it does not.
    asked_sha256 bytea not null check (octet_length(asked_sha256) = 32),
    -- Why, in the person's words; may be empty.
    reason text not null,
    -- Every account of its steps: who may not see all of them does not see the plan.
    accounts uuid[] not null check (accounts <> '{}'),
    -- What all its payments come to. As many others must agree to each payment as to this amount, so that
    -- cutting one amount into pieces does not lower what is needed.
    amount numeric(20, 8) not null check (amount >= 0),
    created_at timestamptz not null,
    -- Since when nothing more is submitted: somebody stopped it, or its requester may not go on.
    stopped_at timestamptz,
    stop_why text check (stop_why in ('person', 'no_right', 'no_account', 'disabled')),
    stopped_by text,
    -- When its last step ended.
    closed_at timestamptz,
    constraint one_plan_per_form unique (requester_id, form_key),
    constraint a_stop_says_why check ((stopped_at is null) = (stop_why is null)),
    constraint a_person_has_a_name check (stop_why is distinct from 'person' or stopped_by is not null)
);
create index plan_open on plan (created_at) where closed_at is null;
create index plan_newest on plan (created_at desc, id desc);

create table plan_step (
    plan_id uuid not null references plan,
    no integer not null check (no > 0),
    account_id uuid not null,
    -- The facts as they were confirmed, as JSON text.
    facts text not null check (facts::jsonb is not null),
    -- The form keys of its operations, chosen beforehand: however often they are submitted, each is one.
    order_form_key uuid not null,
    pay_form_key uuid not null,
    state text not null default 'open' check (state in ('open', 'paid', 'ordered', 'unpaid', 'not_ordered')),
    -- The order that came of it.
    order_id text,
    -- Why it ended so, or what it waits for, as a code, and what belongs to the code.
    why text not null default '',
    detail text not null default '{}' check (detail::jsonb is not null),
    -- How often in a row it could not go on, and when it is looked at again.
    holds integer not null default 0,
    next_at timestamptz,
    ended_at timestamptz,
    primary key (plan_id, no),
    unique (order_form_key),
    unique (pay_form_key),
    constraint ended_iff_not_open check ((ended_at is not null) = (state <> 'open'))
);

-- What was confirmed is never edited, a stop is for good, and what has ended stays as it is.
create function plan_guard() returns trigger language plpgsql as $$
begin
    if (new.id, new.kind, new.requester_id, new.requester_name, new.form_key, new.asked_sha256, new.reason,
        new.accounts, new.amount, new.created_at)
       is distinct from
       (old.id, old.kind, old.requester_id, old.requester_name, old.form_key, old.asked_sha256, old.reason,
        old.accounts, old.amount, old.created_at) then
        perform refuse('a plan is immutable');
    end if;
    if old.stopped_at is not null
       and (new.stopped_at, new.stop_why) is distinct from (old.stopped_at, old.stop_why) then
        perform refuse('a stopped plan stays stopped');
    end if;
    if old.closed_at is not null and new.closed_at is distinct from old.closed_at then
        perform refuse('a closed plan is final');
    end if;
    return new;
end $$;
create trigger plan_guard before update on plan for each row execute function plan_guard();

create function plan_step_guard() returns trigger language plpgsql as $$
begin
    if (new.plan_id, new.no, new.account_id, new.facts, new.order_form_key, new.pay_form_key)
       is distinct from
       (old.plan_id, old.no, old.account_id, old.facts, old.order_form_key, old.pay_form_key) then
        perform refuse('a step is immutable');
    end if;
    if old.state <> 'open' then
        perform refuse('a step that ended is final');
    end if;
    return new;
end $$;
create trigger plan_step_guard before update on plan_step for each row execute function plan_step_guard();

-- Operations that are part of a plan. The plan is locked for the moment of submitting, so that after a stop
-- nothing of it is submitted any more, whoever was about to; and its sum decides how many must agree.
alter table operation add column plan_id uuid references plan;
create index operation_of_plan on operation (plan_id) where plan_id is not null;

create function operation_plan_guard() returns trigger language plpgsql as $$
declare
    p plan;
begin
    if tg_op = 'UPDATE' then
        if new.plan_id is distinct from old.plan_id then
            perform refuse('an operation stays in its plan');
        end if;
        return new;
    end if;
    select * into p from plan where id = new.plan_id for share;
    if p.stopped_at is not null or p.closed_at is not null then
        perform refuse('the plan is over');
    end if;
    if p.requester_id <> new.requester_id or not (new.account_id = any (p.accounts)) then
        perform refuse('not an operation of this plan');
    end if;
    if new.amount is not null and new.needs_approvals < approvals_needed(new.kind, p.amount) then
        perform refuse('fewer approvals than the plan asks for');
    end if;
    return new;
end $$;
create trigger operation_plan_joined before insert on operation
    for each row when (new.plan_id is not null) execute function operation_plan_guard();
create trigger operation_plan_kept before update on operation
    for each row when (new.plan_id is distinct from old.plan_id) execute function operation_plan_guard();
