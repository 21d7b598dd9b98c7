-- Who is connected to this server, of one database ($1) or, where it is null, of all; this session is left out, and so
-- are RDS's own (rdsadmin), which nobody can end. Of others' sessions a user without pg_read_all_stats sees the user and
-- the database only, and no kind: PostgreSQL's own workers have no user.
select a.pid, a.usename, a.datname, pg_catalog.host(a.client_addr), a.application_name, a.state,
       pg_catalog.floor(extract(epoch from pg_catalog.now() - a.backend_start))::bigint as age_s,
       pg_catalog.floor(extract(epoch from pg_catalog.now() - a.state_change))::bigint as in_state_s,
       pg_catalog.concat_ws(': ', a.wait_event_type, a.wait_event) as waits_for,
       pg_catalog.array_to_string(pg_catalog.pg_blocking_pids(a.pid), ', ') as blocked_by
from pg_catalog.pg_stat_activity a
where (a.backend_type = 'client backend' or a.backend_type is null and a.usesysid is not null)
  and a.pid <> pg_catalog.pg_backend_pid() and a.usename is distinct from 'rdsadmin'
  and ($1::text is null or a.datname = $1)
order by a.datname, a.backend_start, a.pid
