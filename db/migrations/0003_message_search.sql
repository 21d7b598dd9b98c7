-- Builds the index while people write: no transaction, so each statement can be run again after it was cut off.
-- cruddur: no transaction
-- cruddur: up
create index concurrently if not exists activities_message_idx
    on public.activities using gin (message public.gin_trgm_ops);

-- cruddur: down
drop index concurrently if exists public.activities_message_idx;
