-- 10,000 people and :posts top-level posts of the last seven days. Loaded as a dump is: triggers off, indexes after.
\set ON_ERROR_STOP on
set session_replication_role = replica;
truncate public.users, public.activities cascade;

insert into public.users (display_name, handle, email, cognito_user_id)
select 'Person ' || n, 'person' || n, 'person' || n || '@example.com', 'bench-' || n
from generate_series(1, 10000) n;

drop index public.activities_home_idx, public.activities_newest_idx, public.activities_user_idx,
           public.activities_replies_idx, public.activities_expiry_idx, public.activities_message_idx;

insert into public.activities (user_uuid, message, expires_at, created_at)
select people.uuids[1 + n % 10000],
       'Post number ' || n || ': ' || substr('the quick brown fox jumps over the lazy dog, and the database does not mind at all', 1, 20 + n % 60),
       now() + interval '30 days', now() - interval '7 days' * n / :posts
from generate_series(1, :posts) n
cross join (select array_agg(uuid) as uuids from public.users) people;

create index activities_home_idx on public.activities (created_at desc, uuid desc) where reply_to_activity_uuid is null;
create index activities_newest_idx on public.activities (created_at desc, uuid desc);
create index activities_user_idx on public.activities (user_uuid, created_at desc, uuid desc);
create index activities_replies_idx on public.activities (reply_to_activity_uuid, created_at, uuid)
    where reply_to_activity_uuid is not null;
create index activities_expiry_idx on public.activities (expires_at) where expires_at is not null;
\if :with_search
create index activities_message_idx on public.activities using gin (message public.gin_trgm_ops);
\endif
vacuum (analyze) public.users, public.activities;
checkpoint;
