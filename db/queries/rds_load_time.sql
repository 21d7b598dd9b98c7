-- When the server has read its configuration last, to the microsecond.
select extract(epoch from pg_conf_load_time())::text
