-- Temporary access keys, and IAM users who log in with a password, beside permanent access keys.

alter table cloud_account
    -- What the sealed columns hold. `key` and `session`: the access key and its secret. `login`: the names of the
    -- account and of the IAM user, each on a line, and the user's password. A portal of before knows keys only, and
    -- is refused by Huawei with anything else.
    add column credential text not null default 'key' check (credential in ('key', 'session', 'login')),
    -- The security token of a temporary access key, sealed like the others.
    add column token_sealed bytea,
    -- When a temporary access key ends, where that is known.
    add column key_expires_at timestamptz,
    -- Where IAM and STS are, for an address of one's own; those of Huawei's sites are known.
    add column iam text,
    add column sts text,
    add constraint cloud_account_token check ((credential = 'session') = (token_sealed is not null)),
    drop constraint cloud_account_site_check,
    add constraint cloud_account_site_check check (site in ('china', 'international', 'europe', 'custom'));
