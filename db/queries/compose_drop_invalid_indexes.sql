-- What CREATE INDEX CONCURRENTLY left when it was cut off, and the statements that remove it. An index is invalid while
-- it is being built too: one in the hands of a session is left alone, and all are when this user cannot see which it is.
select pg_catalog.format('%I.%I', n.nspname, c.relname) as name,
       pg_catalog.format('drop index concurrently if exists %I.%I', n.nspname, c.relname) as statement
from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid = i.indexrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where not i.indisvalid
  and c.relkind = 'i' and not c.relispartition
  and n.nspname not in ('pg_catalog', 'pg_toast')
  and pg_catalog.pg_has_role(c.relowner, 'usage')
  and not exists (
      select from pg_catalog.pg_stat_progress_create_index p
      where p.datname = pg_catalog.current_database() and (p.index_relid is null or p.index_relid = i.indexrelid))
