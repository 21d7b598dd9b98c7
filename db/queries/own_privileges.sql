-- What the session's user may do here: serve (read and write posts), and change the schema.
select pg_catalog.has_table_privilege(pg_catalog.to_regclass('public.users')::oid, 'select')
           and pg_catalog.has_table_privilege(pg_catalog.to_regclass('public.activities')::oid, 'select')
           and pg_catalog.has_any_column_privilege(pg_catalog.to_regclass('public.activities')::oid, 'insert') as serves,
       pg_catalog.has_schema_privilege('public', 'create') as changes
