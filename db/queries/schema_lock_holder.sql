-- Who holds the lock that try_schema_lock asks for.
select a.pid, a.usename, a.application_name, pg_catalog.date_trunc('second', pg_catalog.now() - a.backend_start)
from pg_catalog.pg_locks l
join pg_catalog.pg_stat_activity a on a.pid = l.pid
where l.locktype = 'advisory' and l.granted
  and l.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
  and l.objsubid = 1 and (l.classid::bigint << 32 | l.objid::bigint) = 27991871215400306
limit 1
