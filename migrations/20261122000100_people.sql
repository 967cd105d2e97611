-- People, their sessions, what limits sign-in, and the record of security events.

create table person (
    id uuid primary key,
    -- Lower case ASCII only, so that two names never look alike.
    username text not null unique check (username ~ '^[a-z0-9][a-z0-9._@-]{0,63}$'),
    -- A PHC string: algorithm, parameters and salt stand in it, so that they can change.
    password_hash text not null check (password_hash like '$argon2id$%'),
    -- Set when somebody else made the password; nothing but changing it is then allowed.
    must_change_password boolean not null default false,
    role text not null check (role in ('viewer', 'finance', 'approver', 'admin')),
    locale text not null default 'zh-CN' check (locale in ('zh-CN', 'en')),
    theme text not null default 'auto' check (theme in ('auto', 'light', 'dark')),
    -- People are disabled, never deleted: records of what they did point at them.
    disabled_at timestamptz,
    created_at timestamptz not null
);

create table session (
    -- SHA-256 of the id in the cookie: who reads this table cannot sign in with it.
    id_hash bytea primary key check (octet_length(id_hash) = 32),
    -- What a page may name the session by, to end it.
    public_id uuid not null unique default gen_random_uuid(),
    person_id uuid not null references person (id) on delete cascade,
    -- The cloud account chosen in the header; null is all of them.
    account_id uuid,
    created_at timestamptz not null,
    -- Judged for the idle limit; written at most every half minute, not at each request.
    seen_at timestamptz not null,
    -- The absolute limit.
    expires_at timestamptz not null,
    ip text,
    agent text check (length(agent) <= 200),
    check (created_at < expires_at)
);

create index session_person on session (person_id);
create index session_expires on session (expires_at);

-- A browser from which a person has signed in. It has an allowance of failures of its own, so
-- that a stranger who fails on purpose does not lock the person out.
create table known_device (
    token_hash bytea not null check (octet_length(token_hash) = 32),
    -- Colleagues may share a computer, and so its token.
    person_id uuid not null references person (id) on delete cascade,
    created_at timestamptz not null,
    used_at timestamptz not null,
    primary key (token_hash, person_id)
);

create index known_device_person on known_device (person_id);

-- Attempts that failed, or that have not yet proved otherwise: an attempt is written before its
-- password is looked at, so that parallel attempts count each other.
create table sign_in_failure (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    -- SHA-256 of what the limit is about: a name as strangers try it, or one known device with a
    -- name. Names are hashed because people type passwords into the wrong field.
    channel bytea not null check (octet_length(channel) = 32),
    -- Where it came from: an IPv4 address or an IPv6 /64.
    network text not null
);

create index sign_in_failure_channel on sign_in_failure (channel, at);
create index sign_in_failure_network on sign_in_failure (network, at);

-- The one-time token of the first-run page. One row at most, and none once an admin exists.
create table setup_token (
    singleton boolean primary key default true check (singleton),
    token_hash bytea not null check (octet_length(token_hash) = 32),
    expires_at timestamptz not null
);

-- Who did what to the portal's own doors: signing in and out, refusals, passwords, people.
-- Appended only; no secrets, and no names that nobody has.
create table security_event (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    kind text not null,
    -- Whose doing, if known.
    actor_id uuid references person (id),
    -- Whom it is about, if a person.
    person_id uuid references person (id),
    ip text,
    request_id uuid,
    detail jsonb not null default '{}'
);

create index security_event_person on security_event (person_id, at);
create index security_event_at on security_event (at);

create function security_event_is_final() returns trigger language plpgsql as $$
begin
    raise exception 'security events are never changed';
end
$$;

create trigger security_event_is_final before update or delete on security_event
    for each row execute function security_event_is_final();
