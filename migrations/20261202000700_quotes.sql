-- Prices as Huawei told them, kept under a name.
create table quote (
    id uuid primary key,
    -- Orders the list, the latest first.
    number bigint generated always as identity unique,
    account_id uuid not null references cloud_account,
    -- What was asked about: products to buy, or resources to renew.
    kind text not null check (kind in ('purchase', 'renewal')),
    -- For how long the resources would be renewed: m1 to m11, y1 to y3.
    term text,
    name text not null check (char_length(name) between 1 and 100),
    made_at timestamptz not null,
    made_by text not null,
    -- Until when the company takes it as valid; Huawei promises no price.
    valid_until timestamptz not null,
    -- Yuan, with as many decimals as Huawei told.
    official numeric not null,
    payable numeric not null,
    -- Lines, discounts and sums as they came. Amounts are strings in it.
    answer jsonb not null,
    -- What the printed sheet says beside the prices.
    company text not null default '',
    department text not null default '',
    purpose text not null default '',
    -- Lower-case name, maker and codes, for the search.
    search text not null,
    check ((term is not null) = (kind = 'renewal'))
);

create index quote_by_account on quote (account_id, number desc);
