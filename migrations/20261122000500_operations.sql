-- The money journal: what people asked for, what was sent because of it, and what became of it.
--
-- The constraints and triggers below are the last line: even a wrong program cannot pay twice,
-- send without having written it down, or change its mind about a settled outcome.
--
-- No foreign keys lead to people or cloud accounts: the journal outlives both, and names are kept
-- as they were when something was done.

-- The journal's only clock. Leases, deadlines and polls are judged by the database, so that a
-- machine with a wrong clock can neither steal an operation nor call it settled too early. Tests
-- replace this function to let time pass.
create function journal_clock() returns timestamptz language sql volatile as 'select clock_timestamp()';

-- ── States ─────────────────────────────────────────────────────────────────────────────────────

-- Every legal change of state; anything else is refused by operation_guard. The program holds the
-- same table (operations/state.rs) and a test holds the two together.
create table transition_rule (
    from_state text not null,
    to_state   text not null,
    primary key (from_state, to_state)
);
insert into transition_rule (from_state, to_state) values
    ('PENDING_APPROVAL', 'READY'),
    ('PENDING_APPROVAL', 'REJECTED'),
    ('PENDING_APPROVAL', 'EXPIRED'),
    ('PENDING_APPROVAL', 'CANCELLED'),
    ('PENDING_APPROVAL', 'STALE'),
    ('READY', 'SENDING'),
    ('READY', 'STALE'),
    ('READY', 'EXPIRED'),
    ('READY', 'CANCELLED'),
    ('READY', 'UNKNOWN'),
    ('READY', 'FAILED'),
    ('SENDING', 'CONFIRMING'),
    ('SENDING', 'UNKNOWN'),
    ('SENDING', 'READY'),
    ('SENDING', 'FAILED'),
    ('UNKNOWN', 'CONFIRMING'),
    ('UNKNOWN', 'SUCCEEDED'),
    ('UNKNOWN', 'READY'),
    ('UNKNOWN', 'FAILED'),
    ('UNKNOWN', 'STALE'),
    ('UNKNOWN', 'NEEDS_REVIEW'),
    ('CONFIRMING', 'SUCCEEDED'),
    ('CONFIRMING', 'READY'),
    ('CONFIRMING', 'NEEDS_REVIEW'),
    ('NEEDS_REVIEW', 'SUCCEEDED'),
    ('NEEDS_REVIEW', 'FAILED'),
    ('NEEDS_REVIEW', 'UNKNOWN');

create function is_final(state text) returns boolean language sql immutable as
    $$ select state in ('SUCCEEDED', 'FAILED', 'STALE', 'REJECTED', 'EXPIRED', 'CANCELLED') $$;

-- ── Policy ─────────────────────────────────────────────────────────────────────────────────────

-- How many others must agree, by kind and amount: the highest row whose `above` is below the
-- amount counts. A kind without a row needs two.
create table approval_tier (
    kind      text     not null,
    above     numeric(20, 8) not null,
    approvals smallint not null check (approvals between 0 and 2),
    primary key (kind, above)
);
insert into approval_tier (kind, above, approvals) values
    ('pay_order', -1, 0),
    ('pay_order', 1000, 1),
    ('pay_order', 50000, 2),
    ('cancel_order', -1, 0);

create function approvals_needed(kind text, amount numeric) returns smallint language sql stable as $$
    select coalesce(
        (select t.approvals from approval_tier t
          where t.kind = approvals_needed.kind and t.above < coalesce(approvals_needed.amount, 0)
          order by t.above desc limit 1),
        2::smallint)
$$;

-- ── Recovery ───────────────────────────────────────────────────────────────────────────────────

-- One row for each time the database turned out to be another one than before: a promoted standby,
-- a restored backup, a copy. Commits may be missing then, so nothing is sent until every request
-- that could have been signed before has lost its validity, and evidence is looked for first.
create table recovery_epoch (
    id                bigint generated always as identity primary key,
    system_identifier bigint      not null,
    timeline          text        not null,
    database_oid      oid         not null,
    observed_at       timestamptz not null default journal_clock(),
    quarantine_until  timestamptz not null
);

-- What identifies the database that answers. The timeline is that of the log being written, since
-- the control file only learns of a promotion at its next checkpoint.
create function database_identity(out system_identifier bigint, out timeline text, out database_oid oid)
language sql volatile as $$
    select s.system_identifier,
           substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8),
           (select d.oid from pg_database d where d.datname = current_database())
      from pg_control_system() s
$$;

-- Accounts for which nothing is sent, because Huawei refused the credentials: repeating a wrong
-- signature would lock the access key.
create table sending_stop (
    account_id uuid        primary key,
    since      timestamptz not null default journal_clock(),
    error_code text,
    error_msg  text
);

-- ── Operations ─────────────────────────────────────────────────────────────────────────────────

create table operation (
    id                uuid        primary key,
    account_id        uuid        not null,
    kind              text        not null check (kind in ('pay_order', 'cancel_order')),
    step              text        not null check (step in ('pay', 'cancel')),
    state             text        not null check (state in (
        'PENDING_APPROVAL', 'READY', 'SENDING', 'UNKNOWN', 'CONFIRMING', 'NEEDS_REVIEW',
        'SUCCEEDED', 'FAILED', 'STALE', 'REJECTED', 'EXPIRED', 'CANCELLED')),
    -- What was asked for together with the facts it was asked upon, as canonical text: the hash
    -- that others agree to covers both.
    payload           text        not null check (payload::jsonb is not null),
    payload_sha256    bytea       not null,
    -- What people call it by: the order's id.
    subject           text        not null,
    amount            numeric(20, 8),
    requester_id      uuid        not null,
    requester_name    text        not null,
    form_nonce        uuid        not null,
    needs_approvals   smallint    not null,
    -- Upstream's key against repeats where it has one. Derived from the form, not random: a form
    -- posted again after a lost commit carries the same id.
    trans_id          uuid        not null,
    -- The order that step `pay` pays, when the person picked it …
    pays_order_id     text,
    -- … or the order that this operation made upstream. Written once; proves no other operation.
    upstream_order_id text,
    epoch             bigint      not null references recovery_epoch,
    fence             bigint      not null default 0,
    lease_owner       text,
    lease_until       timestamptz,
    next_at           timestamptz not null default journal_clock(),
    approve_by        timestamptz not null,
    deadline_at       timestamptz not null,
    created_at        timestamptz not null default journal_clock(),
    state_since       timestamptz not null default journal_clock(),
    closed_at         timestamptz,
    -- How often it was looked for since it was sent, how often it was put back without having been
    -- sent, and how often it was proved absent.
    polls             integer     not null default 0,
    holds             integer     not null default 0,
    absences          integer     not null default 0,
    -- The first of the two readings without effect that prove absence.
    absent_at         timestamptz,
    -- Huawei answered with a business refusal. Believed only together with proof of absence.
    rejected          boolean     not null default false,
    result_code       text,
    result_text       text,
    -- Why it is in this state, and by whom: copied into operation_event.
    note              text        not null,
    detail            jsonb       not null default '{}',
    changed_by        uuid,
    changed_by_name   text,
    -- One form, one operation: double click, reload, two tabs.
    constraint one_operation_per_form unique (account_id, requester_id, form_nonce),
    -- One upstream order proves one operation.
    constraint order_proves_one_operation unique (account_id, kind, upstream_order_id),
    constraint payload_hash_is_true check (payload_sha256 = sha256(convert_to(payload, 'UTF8'))),
    constraint closed_iff_final check ((closed_at is not null) = is_final(state)),
    constraint paying_names_an_order check (kind <> 'pay_order' or pays_order_id is not null)
);
-- Workers look for what is due; open operations are few, closed ones are many.
create index operation_due on operation (next_at) where not is_final(state);
create index operation_newest on operation (account_id, id desc);
create index operation_open on operation (account_id) where not is_final(state);
create index operation_subject on operation (account_id, subject);

-- What an open operation holds. Two open operations never hold the same thing, so paying and
-- cancelling one order exclude each other. The account does not count: Huawei's ids are unique among
-- all accounts, and an order placed by a member is seen by the account that pays for it too. Huawei
-- matches order ids without regard to case.
create table operation_target (
    operation_id uuid    not null references operation,
    account_id   uuid    not null,
    target_kind  text    not null check (target_kind in ('order', 'resource', 'account')),
    target_id    text    not null,
    open         boolean not null default true,
    primary key (operation_id, target_kind, target_id)
);
create unique index one_open_operation_per_target
    on operation_target (target_kind, upper(target_id)) where open;

-- One signed request. It is committed before its first byte leaves; `outcome` null means armed.
create table attempt (
    operation_id   uuid        not null references operation,
    account_id     uuid        not null,
    step           text        not null,
    attempt_no     integer     not null check (attempt_no > 0),
    fence          bigint      not null,
    x_sdk_date     timestamptz not null,
    request_sha256 bytea       not null check (octet_length(request_sha256) = 32),
    pay_order_id   text,
    armed_at       timestamptz not null default journal_clock(),
    outcome        text        check (outcome in ('unknown', 'executed', 'not_executed')),
    -- The class of the answer (S P N V R A) and what it carried, as far as there was one.
    class          text        check (class in ('S', 'P', 'N', 'V', 'R', 'A')),
    http_status    integer,
    error_code     text,
    error_msg      text,
    request_id     text,
    answered_at    timestamptz,
    settled_at     timestamptz,
    -- What was read upstream that settled it.
    evidence       jsonb,
    primary key (operation_id, step, attempt_no),
    constraint pay_names_its_order check ((step = 'pay') = (pay_order_id is not null))
);
-- No second request while the first is unresolved, nor after it took effect.
create unique index one_live_attempt_per_step
    on attempt (operation_id, step) where outcome is null or outcome in ('unknown', 'executed');
-- An order is paid by this portal at most once, over all operations and accounts and for ever.
create unique index order_paid_at_most_once
    on attempt (upper(pay_order_id)) where step = 'pay' and (outcome is null or outcome in ('unknown', 'executed'));

-- What others decided about a payload; the hash says which one.
create table approval (
    operation_id   uuid        not null references operation,
    approver_id    uuid        not null,
    approver_name  text        not null,
    payload_sha256 bytea       not null,
    decision       text        not null check (decision in ('approve', 'reject')),
    reason         text        not null default '',
    at             timestamptz not null default journal_clock(),
    primary key (operation_id, approver_id)
);

-- What people concluded about an outcome that reading could not settle. Two must say the same in
-- one round; a round is one stay in NEEDS_REVIEW, named by when it began.
create table review (
    operation_id  uuid        not null references operation,
    round         timestamptz not null,
    reviewer_id   uuid        not null,
    reviewer_name text        not null,
    verdict       text        not null check (verdict in ('executed', 'not_executed')),
    reason        text        not null check (reason <> ''),
    at            timestamptz not null default journal_clock(),
    primary key (operation_id, round, reviewer_id)
);

-- The history that people see: written by trigger with each change, never by the program.
create table operation_event (
    id           bigint generated always as identity primary key,
    operation_id uuid        not null references operation,
    at           timestamptz not null,
    from_state   text,
    to_state     text        not null,
    note         text        not null,
    detail       jsonb       not null,
    actor_id     uuid,
    actor_name   text
);
create index operation_event_of on operation_event (operation_id, id);

-- ── Guards ─────────────────────────────────────────────────────────────────────────────────────

create function refuse(reason text) returns void language plpgsql as $$
begin
    raise exception '%', reason using errcode = '23514';
end $$;

create function operation_insert_guard() returns trigger language plpgsql as $$
begin
    if new.needs_approvals < approvals_needed(new.kind, new.amount) then
        perform refuse('fewer approvals than the policy asks for');
    end if;
    if new.state <> (case when new.needs_approvals > 0 then 'PENDING_APPROVAL' else 'READY' end) then
        perform refuse('an operation begins pending or ready');
    end if;
    if new.fence <> 0 or new.lease_until is not null or new.upstream_order_id is not null then
        perform refuse('an operation begins untouched');
    end if;
    return new;
end $$;
create trigger operation_insert_guard before insert on operation
    for each row execute function operation_insert_guard();

create function operation_guard() returns trigger language plpgsql as $$
begin
    if old.closed_at is not null then
        perform refuse('a closed operation is final');
    end if;
    if (new.id, new.account_id, new.kind, new.payload, new.payload_sha256, new.subject, new.amount,
        new.requester_id, new.requester_name, new.form_nonce, new.needs_approvals, new.trans_id,
        new.pays_order_id, new.epoch, new.approve_by, new.deadline_at, new.created_at)
       is distinct from
       (old.id, old.account_id, old.kind, old.payload, old.payload_sha256, old.subject, old.amount,
        old.requester_id, old.requester_name, old.form_nonce, old.needs_approvals, old.trans_id,
        old.pays_order_id, old.epoch, old.approve_by, old.deadline_at, old.created_at) then
        perform refuse('an intent is immutable');
    end if;
    if new.fence < old.fence then
        perform refuse('the fence goes back');
    end if;
    if old.upstream_order_id is not null and new.upstream_order_id is distinct from old.upstream_order_id then
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
    return new;
end $$;
create trigger operation_guard before update on operation
    for each row execute function operation_guard();

-- Closing frees the targets; every change becomes history, in the same transaction.
create function operation_changed() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into operation_event (operation_id, at, to_state, note, detail, actor_id, actor_name)
        values (new.id, new.created_at, new.state, new.note, new.detail, new.changed_by, new.changed_by_name);
        return null;
    end if;
    if new.state <> old.state or new.note <> old.note then
        insert into operation_event (operation_id, at, from_state, to_state, note, detail, actor_id, actor_name)
        values (new.id, journal_clock(), old.state, new.state, new.note, new.detail, new.changed_by, new.changed_by_name);
    end if;
    if new.closed_at is not null then
        update operation_target set open = false where operation_id = new.id;
    end if;
    return null;
end $$;
create trigger operation_changed after insert or update on operation
    for each row execute function operation_changed();

create function target_guard() returns trigger language plpgsql as $$
begin
    if (new.operation_id, new.account_id, new.target_kind, new.target_id)
       is distinct from (old.operation_id, old.account_id, old.target_kind, old.target_id)
       or (new.open and not old.open) then
        perform refuse('a target is immutable');
    end if;
    if old.open and not new.open
       and not exists (select 1 from operation o where o.id = new.operation_id and o.closed_at is not null) then
        perform refuse('an open operation keeps its targets');
    end if;
    return new;
end $$;
create trigger target_guard before update on operation_target
    for each row execute function target_guard();

-- Arming: only the holder of a living lease on a READY operation, judged by the database's clock,
-- with a clock that agrees with it, outside quarantine, on the database that was last recorded.
create function arm_guard() returns trigger language plpgsql as $$
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
create trigger arm_guard before insert on attempt
    for each row execute function arm_guard();

create function armed() returns trigger language plpgsql as $$
begin
    update operation
       set state = 'SENDING', note = 'armed', detail = jsonb_build_object('attempt', new.attempt_no),
           polls = 0, absent_at = null, next_at = journal_clock(), changed_by = null, changed_by_name = null
     where id = new.operation_id;
    return null;
end $$;
create trigger armed after insert on attempt
    for each row execute function armed();

create function attempt_guard() returns trigger language plpgsql as $$
begin
    if (new.operation_id, new.account_id, new.step, new.attempt_no, new.fence, new.x_sdk_date,
        new.request_sha256, new.pay_order_id, new.armed_at)
       is distinct from
       (old.operation_id, old.account_id, old.step, old.attempt_no, old.fence, old.x_sdk_date,
        old.request_sha256, old.pay_order_id, old.armed_at) then
        perform refuse('an attempt is immutable');
    end if;
    if old.outcome in ('executed', 'not_executed') and new.outcome is distinct from old.outcome then
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
create trigger attempt_guard before update on attempt
    for each row execute function attempt_guard();

create function approval_guard() returns trigger language plpgsql as $$
declare
    o operation;
begin
    select * into o from operation where id = new.operation_id for update;
    if o.requester_id = new.approver_id then
        perform refuse('the maker cannot be the checker');
    end if;
    if o.state <> 'PENDING_APPROVAL' or o.approve_by <= journal_clock() then
        perform refuse('nothing to approve');
    end if;
    if o.payload_sha256 <> new.payload_sha256 then
        perform refuse('something else was approved');
    end if;
    return new;
end $$;
create trigger approval_guard before insert on approval
    for each row execute function approval_guard();

create function review_guard() returns trigger language plpgsql as $$
declare
    o operation;
begin
    select * into o from operation where id = new.operation_id for update;
    if o.state <> 'NEEDS_REVIEW' or new.round <> o.state_since then
        perform refuse('nothing to review');
    end if;
    return new;
end $$;
create trigger review_guard before insert on review
    for each row execute function review_guard();

-- History is kept: nothing of the journal is ever deleted, and what was decided is never edited.
create function refuse_removal() returns trigger language plpgsql as $$
begin
    raise exception 'the journal is kept: % on % is refused', lower(tg_op), tg_table_name using errcode = '23514';
end $$;
do $$
declare
    t text;
begin
    foreach t in array array['operation', 'operation_target', 'attempt', 'approval', 'review',
                             'operation_event', 'recovery_epoch', 'transition_rule'] loop
        execute format('create trigger kept before delete or truncate on %I execute function refuse_removal()', t);
    end loop;
    foreach t in array array['approval', 'review', 'operation_event', 'recovery_epoch', 'transition_rule'] loop
        execute format('create trigger unedited before update on %I execute function refuse_removal()', t);
    end loop;
end $$;
