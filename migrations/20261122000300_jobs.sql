-- Background jobs: what is due, who is at it, how far it is and how it went last time.

create table job (
    name text primary key,
    -- When the next run is wanted; waking a job moves this to now.
    due_at timestamptz not null,
    -- Set by a wake during a run, so that the wake is not lost when the run ends.
    woken boolean not null default false,
    -- Whoever holds the lease runs the job; judged by the database's clock only. A crashed holder
    -- simply stops renewing.
    lease_id uuid,
    lease_until timestamptz,
    started_at timestamptz,
    finished_at timestamptz,
    succeeded_at timestamptz,
    failed_at timestamptz,
    error text,
    failures integer not null default 0,
    progress_done bigint,
    progress_total bigint,
    constraint lease_is_whole check ((lease_id is null) = (lease_until is null)),
    constraint a_failure_says_why check ((failed_at is null) = (error is null))
);
