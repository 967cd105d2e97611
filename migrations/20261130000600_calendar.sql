-- What renewals will cost and what there is to pay them with, as the calendar shows them.

-- What renewing a resource costs for the term that it was last paid for. Read in the background, so that
-- no page waits for it.
create table resource_quote (
    account_id uuid not null,
    resource_id text not null,
    -- The term in months.
    months smallint not null check (months between 1 and 36),
    -- What was paid for such a term last, where one order paid for this resource alone.
    last_paid numeric,
    -- What Huawei asked for it when it was last asked: the list price, and what is left after the best discount.
    official numeric,
    payable numeric,
    -- Why it could not say it.
    error_code text,
    -- When it was last asked, with or without success.
    asked_at timestamptz,
    primary key (account_id, resource_id)
);

-- What an account has, as it was last read for the calendar.
create table account_balance (
    account_id uuid primary key,
    cash numeric not null,
    -- The part of the cash that is earmarked.
    earmarked numeric not null,
    -- What is left of the credit; none where there is no credit.
    credit numeric,
    debt numeric not null,
    read_at timestamptz not null
);

-- The secret address of a person's calendar: only its digest is kept, so that nobody reads it here.
create table calendar_feed (
    person_id uuid primary key references person on delete cascade,
    secret_sha256 bytea not null unique check (octet_length(secret_sha256) = 32),
    created_at timestamptz not null,
    used_at timestamptz
);
