delete from public.schema_migrations where version = $1::bigint
