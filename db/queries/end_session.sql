-- Ends a session ($1) if it is still in the database ($2), and waits for that: a number that another session got is not
-- touched.
select pg_catalog.pg_terminate_backend(a.pid, 5000)
from pg_catalog.pg_stat_activity a
where a.pid = $1::integer and a.datname = $2 and a.pid <> pg_catalog.pg_backend_pid()
