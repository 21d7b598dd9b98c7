-- What both sides of a comparison are asked about: activities and conversations by their number. The people are demo-250,
-- demo-500 and so on, but where it is said. Beside them the tables in which a like is counted as simply as can be.
-- Of a database that was kept, some of what was picked has expired meanwhile: it is picked anew.
do $$
begin
    if to_regclass('bench.targets') is null then
        return;
    end if;
    if exists (select from bench.targets t left join public.activities a using (uuid)
               where a.uuid is null or a.expires_at < now() + interval '1 hour') then
        drop schema bench cascade;
    end if;
end
$$;
create schema if not exists bench;
create table if not exists bench.threads as
select row_number() over () as number, picked.uuid, picked.handle
from (
  select a.uuid, u.handle
  from public.activities a
  join public.users u on u.uuid = a.user_uuid
  where a.reply_to_activity_uuid is null and a.replies_count > 0 and a.expires_at > now() + interval '2 hours'
  order by md5(a.uuid::text)
  limit 2000
) picked;
create table if not exists bench.targets as
select row_number() over () as number, picked.uuid
from (
  select a.uuid from public.activities a where a.expires_at > now() + interval '2 hours' order by md5(a.uuid::text) limit 4000
) picked;
-- One of each of the callers who have any: the one that was written last.
create table if not exists bench.conversations as
select row_number() over () as number, picked.uuid, picked.caller
from (
  select k.message_group_uuid as uuid, u.cognito_user_id as caller
  from generate_series(1, 400) n
  join public.users u on u.cognito_user_id = 'demo-' || n * 250
  join public.message_group_members k on k.user_uuid = u.uuid
  where k.last_message_at is not null
) picked;
-- People whom more concerns than a page takes, so that it is the same page however many posts there are.
create table if not exists bench.notified as
select row_number() over () as number, picked.uuid, picked.caller
from (
  select u.uuid, u.cognito_user_id as caller
  from public.users u
  join (select user_uuid from public.notifications group by user_uuid having count(*) > 20) n on n.user_uuid = u.uuid
  order by md5(u.uuid::text)
  limit 400
) picked;
create table if not exists bench.posts with (fillfactor = 85) as
select uuid, message, 0 as likes_count, created_at from public.activities where uuid in (select uuid from bench.targets);
create table if not exists bench.likes (activity_uuid uuid, user_uuid uuid, created_at timestamptz not null default now(),
                                        primary key (activity_uuid, user_uuid));
do $$
declare
    of name;
begin
    foreach of in array array['threads', 'targets', 'conversations', 'notified']::name[] loop
        execute format('create unique index if not exists %I on bench.%I (number) include (uuid)', of || '_key', of);
    end loop;
end
$$;
create unique index if not exists posts_key on bench.posts (uuid);
-- As `cruddur serve` runs in production: not as a superuser, whom no policy binds.
do $$
begin
    if not exists (select from pg_roles where rolname = 'cruddur_bench') then
        create role cruddur_bench login password 'bench' in role cruddur_app;
    end if;
end
$$;
vacuum (analyze) bench.threads, bench.targets, bench.conversations, bench.notified, bench.posts;
