-- Notes the checksum ($2) of a migration ($1) that came with db/schema.sql.
update public.schema_migrations set checksum = $2 where version = $1::bigint and checksum is null
