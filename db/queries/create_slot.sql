-- The replication slot of a standby, which keeps what the standby has not received; made once.
select pg_create_physical_replication_slot($1, true)
where not exists (select from pg_replication_slots where slot_name = $1)
