-- Two more kinds of operations: ordering the renewal of a resource, and unsubscribing it. Both make
-- an order at Huawei, so from here on it matters which order proves which operation, and who made it.

alter table operation drop constraint operation_kind_check;
alter table operation add constraint operation_kind_check
    check (kind in ('pay_order', 'cancel_order', 'renew', 'unsubscribe'));
alter table operation drop constraint operation_step_check;
alter table operation add constraint operation_step_check
    check (step in ('pay', 'cancel', 'create_order', 'unsubscribe'));

-- Renewing only makes an order that nobody has paid; an unsubscription ends something.
insert into approval_tier (kind, above, approvals) values
    ('renew', -1, 0),
    ('unsubscribe', -1, 1);

-- Each time an operation is taken hold of, the orders that prove others lately are read. An order is
-- looked for from a minute before a request was signed, by a clock that may be minutes off, so those
-- of operations that ended up to an hour before this one began count as well.
create index operation_binds on operation (account_id, kind, (coalesce(closed_at, 'infinity')))
    where upstream_order_id is not null;

-- The login name that orders carry as their creator when they are placed with this account's key.
-- Without it, an order proves an operation of ours only if Huawei's answer named it.
alter table cloud_account add column user_name text check (user_name <> '');
