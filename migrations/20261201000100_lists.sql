-- How each person has lists look, and the views of them that people saved.

create table list_look (
    person_id uuid not null references person on delete cascade,
    list text not null check (list in ('orders', 'resources')),
    -- Columns that are not shown.
    hidden text[] not null,
    dense boolean not null,
    primary key (person_id, list)
);

create table list_view (
    id uuid primary key,
    person_id uuid not null references person on delete cascade,
    list text not null check (list in ('orders', 'resources')),
    name text not null check (char_length(name) between 1 and 60),
    -- The filter as the list's address has it. What it shows depends on who looks.
    query text not null check (char_length(query) <= 4000),
    -- Whether everybody sees it.
    shared boolean not null,
    created_at timestamptz not null,
    constraint one_view_of_a_name unique (person_id, list, name)
);
