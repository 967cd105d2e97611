-- Which months of records are read, for records that BSS lists by days. Reading them goes on at the month where it
-- was stopped, and a month that is over is not read again.
create table reading_month (
    account_id uuid not null references cloud_account,
    -- What is read.
    records text not null,
    -- The first day of the month, by Beijing's calendar.
    month date not null,
    -- When the reading began that came to the month's end, or to that day.
    read_at timestamptz not null,
    primary key (account_id, records, month)
);
