-- Builds the index while people write: no transaction, so each statement can be run again after it was cut off.
-- cruddur: no transaction
-- cruddur: up
create index concurrently if not exists activities_newest_idx on public.activities (created_at desc, uuid desc);

-- cruddur: down
drop index concurrently if exists public.activities_newest_idx;
