-- Keeps the write-ahead log from here on until this session ends, for a base backup that copies it last.
select pg_create_physical_replication_slot($1, true, true)
