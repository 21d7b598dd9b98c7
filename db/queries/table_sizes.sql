-- The tables with their indexes, largest first. Rows are what the server has counted or estimated, not a count.
select n.nspname || '.' || c.relname as name,
       greatest(c.reltuples::bigint, pg_catalog.pg_stat_get_live_tuples(c.oid), 0) as rows_estimate,
       pg_catalog.pg_total_relation_size(c.oid) as bytes
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
order by bytes desc, name
limit 100
