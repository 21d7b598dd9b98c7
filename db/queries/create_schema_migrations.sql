-- As db/schema.sql makes it, before the first migration.
create table if not exists public.schema_migrations (
    version     bigint primary key check (version > 0),
    name        text not null,
    checksum    text,                                      -- SHA-256 of the file; null: as in schema.sql
    applied_at  timestamptz,                               -- null: begun, outside of a transaction, and not ended
    duration_ms bigint not null default 0
)
