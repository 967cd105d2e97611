-- Huawei's dictionaries of products, the same for every account, in both languages.
create table dictionary_list (
    kind text not null check (kind in ('service', 'resource', 'usage', 'spec')),
    -- Of what it is the list: nothing for services; a service for its resource types; a resource type for its usage
    -- types; service, resource type, region and way of being sold, with blanks between, for specs.
    about text not null,
    -- When it was last read to the end.
    read_at timestamptz not null,
    primary key (kind, about)
);

create table dictionary_word (
    kind text not null,
    about text not null,
    code text not null,
    name_zh text not null,
    name_en text not null,
    -- Its position in the list, as BSS orders it.
    place integer not null,
    -- When BSS no longer listed it.
    gone_at timestamptz,
    primary key (kind, about, code),
    foreign key (kind, about) references dictionary_list
);

-- Every price inquiry names a project of the account in the region, and BSS lists them nowhere: those that an inquiry
-- was answered for.
create table price_project (
    account_id uuid not null references cloud_account,
    region text not null,
    project_id text not null,
    -- When an inquiry was last answered for it.
    used_at timestamptz not null,
    primary key (account_id, region, project_id)
);
