-- Has the server end this session within 2 s of its client's death, in the middle of a statement too, instead of going
-- on with it, or waiting for a lock, for nobody. Does nothing before PostgreSQL 14, which has no such setting.
select pg_catalog.set_config(name, '2s', false) from pg_catalog.pg_settings
where name = 'client_connection_check_interval'
