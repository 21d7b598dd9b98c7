select version, name, checksum, applied_at is not null as ended from public.schema_migrations order by version
