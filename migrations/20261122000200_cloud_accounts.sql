-- Cloud accounts: the BSS credentials of the company, and who may see which.

create table cloud_account (
    id uuid primary key,
    -- What people call it; configuration finds the row again by it.
    name text not null unique check (length(name) between 1 and 100),
    -- An enterprise master may act for its members.
    kind text not null default 'ordinary' check (kind in ('ordinary', 'master')),
    site text not null check (site in ('china', 'international', 'custom')),
    -- The address that a custom site has; the others' are known.
    endpoint text,
    -- Huawei's id of the account, where it is known.
    domain_id text,
    -- Sealed with the vault: bound to this row, column and version, so that a value copied to
    -- another row does not open.
    ak_sealed bytea not null,
    sk_sealed bytea not null,
    -- Part of what a seal is bound to; grows when credentials are replaced.
    sealed_version integer not null default 1 check (sealed_version >= 1),
    -- Off means: what was read stays to be seen, nothing is read or sent any more.
    enabled boolean not null default true,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    check ((site = 'custom') = (endpoint is not null))
);

create table account_grant (
    person_id uuid not null references person (id) on delete cascade,
    account_id uuid not null references cloud_account (id) on delete cascade,
    primary key (person_id, account_id)
);

alter table session
    add constraint session_account foreign key (account_id) references cloud_account (id) on delete set null;
