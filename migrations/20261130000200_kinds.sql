-- What else is done to resources: what happens at their expiry is set, they become pay-per-use at once, and
-- the account's days of renewal are set.

alter table operation drop constraint operation_kind_check;
alter table operation add constraint operation_kind_check check (kind in (
    'pay_order', 'cancel_order', 'renew', 'unsubscribe',
    'auto_renew_on', 'auto_renew_off', 'at_expiry_on', 'at_expiry_off', 'convert', 'renewal_day'));
alter table operation drop constraint operation_step_check;
alter table operation add constraint operation_step_check check (step in (
    'pay', 'cancel', 'create_order', 'unsubscribe', 'set_policy', 'convert', 'set_day'));

-- Setting what happens at expiry moves no money now. What became pay-per-use cannot be taken back.
insert into approval_tier (kind, above, approvals) values
    ('auto_renew_on', -1, 0),
    ('auto_renew_off', -1, 0),
    ('at_expiry_on', -1, 0),
    ('at_expiry_off', -1, 0),
    ('convert', -1, 1),
    ('renewal_day', -1, 0);
