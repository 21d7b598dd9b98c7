-- What slows a load of the tables $1 (text[]) down, in the order in which it is put aside: their triggers, foreign keys,
-- and the indexes that hold no constraint. A row is the statement that puts one aside, the one that puts it back, and the
-- name that tells of it.
select statement.aside, statement.back, statement.name
from pg_catalog.unnest($1::text[]) wanted(name)
cross join lateral (select wanted.name::pg_catalog.regclass as oid) filled
cross join lateral (
  select 1 as turn,
         pg_catalog.format('alter table %s disable trigger user', filled.oid) as aside,
         pg_catalog.format('alter table %s enable trigger user', filled.oid) as back,
         'the triggers of ' || wanted.name as name
  union all
  select 2,
         pg_catalog.format('alter table %s drop constraint %I', filled.oid, key.conname),
         pg_catalog.format('alter table %s add constraint %I %s', filled.oid, key.conname,
                           pg_catalog.pg_get_constraintdef(key.oid)),
         key.conname
  from pg_catalog.pg_constraint key
  where key.conrelid = filled.oid and key.contype = 'f'
  union all
  select 3,
         pg_catalog.format('drop index %s', index.indexrelid::pg_catalog.regclass),
         pg_catalog.pg_get_indexdef(index.indexrelid),
         index.indexrelid::pg_catalog.regclass::text
  from pg_catalog.pg_index index
  where index.indrelid = filled.oid
    and not exists (select from pg_catalog.pg_constraint held where held.conindid = index.indexrelid)
) statement
order by statement.turn, statement.name
