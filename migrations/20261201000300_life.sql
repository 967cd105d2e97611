-- Whether a resource is in use (2), in grace (5), in retention (4) or closed (3), as the chips of the list tell it:
-- what is in use and ends soon stands behind everything that has ended already, and nobody walks through that.
alter table resources
    add column life smallint not null
        generated always as (case when status in (3, 4, 5) then status else 2 end) stored;
create index resources_life on resources (account_id, life, expires_at, id) include (tab, pending_order_id)
    where is_main and gone_at is null;
