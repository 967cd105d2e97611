-- How far the listings are that are read for each account in the background, beside orders and resources, which
-- have more to remember.
create table reading (
    account_id uuid not null references cloud_account,
    -- What is read: the name of the job.
    listing text not null,
    -- How far the reading under way is, or the last one came.
    done bigint not null default 0,
    total bigint not null default 0,
    -- When the reading under way began; none when none is.
    begun_at timestamptz,
    -- When it was last read to the end: the age of everything shown.
    read_at timestamptz,
    error text,
    failed_at timestamptz,
    primary key (account_id, listing),
    check ((error is null) = (failed_at is null))
);
