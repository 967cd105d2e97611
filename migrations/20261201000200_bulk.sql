-- A first load brings pieces of texts by the hundred for each row, and putting them into the index one row at a time
-- writes more log than everything else. They are gathered now, put in by thousands of rows, and what is left of them
-- is put in when a reading ends (src/db/store.rs).
alter index order_gram_found set (fastupdate = on, gin_pending_list_limit = 65536);
alter index resource_gram_found set (fastupdate = on, gin_pending_list_limit = 65536);

-- What a walk has met is needed until its end. A crash of the database may forget it: what seems not to have been met
-- is then asked for by its id.
alter table resource_met set unlogged;
