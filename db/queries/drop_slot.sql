-- Without its slot a primary no longer keeps what a standby that is gone has not received.
select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1 and not active
