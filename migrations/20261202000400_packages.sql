-- Resource packages: what was bought or given, what is left of it, what used it up, and what is expected of it.

create table package (
    id bigint generated always as identity primary key,
    account_id uuid not null references cloud_account,
    order_instance_id text not null,
    -- The order that bought it; empty for a gift.
    order_id text not null,
    product_id text not null,
    product_zh text not null,
    product_en text not null,
    -- The enterprise project, and whether the package is for that alone.
    project_id text not null,
    one_project boolean not null,
    effective_at timestamptz,
    expires_at timestamptz,
    -- BSS's codes: free_resource_status, free_resource_source_type, quota_reuse_mode.
    status smallint not null,
    source smallint,
    reuse smallint,
    service_type_code text not null,
    service_zh text not null,
    service_en text not null,
    region_code text not null,
    -- What text search looks into, folded.
    search text not null,
    -- Of all of the above, so that what is the same is not written again.
    digest uuid not null,
    -- Since when BSS does not list it any more: 18 months after its end.
    gone_at timestamptz,
    unique (account_id, order_instance_id)
);
create index package_by_expiry on package (account_id, expires_at, id) where gone_at is null;
create index package_by_order on package (account_id, order_id) where order_id <> '';

create table package_item (
    account_id uuid not null,
    item_id text not null,
    order_instance_id text not null,
    -- Its place in the package.
    nth smallint not null,
    usage_zh text not null,
    usage_en text not null,
    -- What is left of the quota of the current cycle, and that quota, in the unit `measure`.
    left_amount numeric,
    quota numeric,
    measure integer,
    -- BSS's codes: quota_reuse_cycle, quota_reuse_cycle_type; none where the quota does not come back.
    cycle smallint,
    cycle_start smallint,
    -- The current cycle.
    window_from timestamptz,
    window_until timestamptz,
    digest uuid not null,
    primary key (account_id, item_id),
    foreign key (account_id, order_instance_id) references package (account_id, order_instance_id)
);
create index package_item_by_package on package_item (account_id, order_instance_id, nth);

-- What was taken from an item on a day of Beijing's calendar. Deductions have no id, so the day is what is compared
-- and written anew.
create table package_day (
    account_id uuid not null references cloud_account,
    item_id text not null,
    day date not null,
    used numeric not null,
    -- What was left of the item after the last deduction, and the least that was left on that day.
    left_after numeric not null,
    least_left numeric not null,
    measure integer,
    deductions integer not null,
    digest uuid not null,
    primary key (account_id, item_id, day)
);
create index package_day_by_day on package_day (account_id, day);

create table package_deduction (
    account_id uuid not null,
    item_id text not null,
    day date not null,
    -- Its place among those of the item and day.
    nth integer not null,
    at timestamptz not null,
    resource_id text not null,
    resource_type text not null,
    before numeric,
    used numeric,
    after numeric,
    measure integer,
    used_from timestamptz,
    used_until timestamptz,
    primary key (account_id, item_id, day, nth),
    foreign key (account_id, item_id, day) references package_day on delete cascade
);

-- Of which days all deductions have been read: both are included. Older ones are still to be read.
create table package_history (
    account_id uuid primary key references cloud_account,
    since date not null,
    until date not null
);

-- What is expected of an item that can be used or will be.
create table package_forecast (
    account_id uuid not null,
    item_id text not null,
    -- What is used of its kind on an average day, in the item's unit, from all packages together; whether that is
    -- only the least; and how many days it is known from.
    per_day numeric not null,
    is_least boolean not null,
    days integer not null,
    -- The day on which its quota is used up; by the busiest and by the quietest of recent weeks.
    runs_out date,
    earliest date,
    latest date,
    left_at_end numeric not null,
    -- What lapses from now on, as a share of all that its term gives.
    lapses numeric not null check (lapses between 0 and 1),
    -- How many others are used before it.
    after_others smallint not null,
    primary key (account_id, item_id),
    foreign key (account_id, item_id) references package_item on delete cascade
);

-- From when on a package counts as low, where somebody has decided that.
create table package_threshold (
    account_id uuid not null references cloud_account,
    order_instance_id text not null,
    kind text not null check (kind in ('percent', 'amount', 'days')),
    -- Percent of the quota, an amount in the item's unit, or days until it runs out.
    value numeric not null check (value >= 0),
    set_by text not null,
    set_at timestamptz not null,
    primary key (account_id, order_instance_id)
);

-- Whether an item counts as low, in one place for lists, counts and files. Where nobody has decided, a fifth of the
-- quota is low, unless it comes back within a day.
create function package_is_low(
    kind text, value numeric, left_amount numeric, quota numeric, cycle smallint, runs_out date, today date
) returns boolean language sql immutable as $$
    select coalesce(case kind
        when 'percent' then quota > 0 and left_amount * 100 <= value * quota
        when 'amount' then left_amount <= value
        when 'days' then runs_out - today <= value
        else quota > 0 and left_amount * 5 <= quota and coalesce(cycle, 9) > 2
    end, false)
$$;
