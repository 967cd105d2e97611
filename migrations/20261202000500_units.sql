-- Huawei's units of measure and how they convert, the same for every account.
create table measure_unit (
    id integer primary key,
    -- What it measures: money, duration, traffic, capacity and so on, by BSS's code.
    kind integer not null,
    name_zh text not null,
    name_en text not null
);

-- 1 unit = ratio other.
create table measure_conversion (
    unit integer not null,
    other integer not null,
    -- A whole number, as BSS tells it.
    ratio bigint not null check (ratio > 0),
    primary key (unit, other)
);
