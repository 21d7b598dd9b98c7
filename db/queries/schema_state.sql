-- Whether there are the bookkeeping of migrations, and the tables of the schema.
select pg_catalog.to_regclass('public.schema_migrations') is not null as bookkeeping,
       pg_catalog.to_regclass('public.users') is not null
           and pg_catalog.to_regclass('public.activities') is not null as schema
