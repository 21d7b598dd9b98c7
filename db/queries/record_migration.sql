-- Notes a migration ($1, $2, $3: version, name, checksum) as ended, or ($4) as begun only.
insert into public.schema_migrations (version, name, checksum, applied_at, duration_ms)
values ($1::bigint, $2, $3, case when $4::boolean then pg_catalog.clock_timestamp() end, $5::bigint)
on conflict (version) do update
set name = excluded.name, checksum = excluded.checksum, applied_at = excluded.applied_at,
    duration_ms = excluded.duration_ms
