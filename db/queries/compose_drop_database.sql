-- The statement that drops a database ($1), with ($2) or without ending the sessions in it.
select pg_catalog.format(case when $2::boolean then 'drop database %I with (force)' else 'drop database %I' end, $1::text)
