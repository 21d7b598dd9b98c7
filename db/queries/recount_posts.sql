-- Counts the posts $1 (uuid[]) anew, which are locked: their counts, and the entries that their authors have for likes and
-- reposts.
with counted as materialized (
  select a.uuid, a.user_uuid,
         (select count(*) from public.activities r where r.reply_to_activity_uuid = a.uuid)::int as replies,
         (select count(*) from public.activity_reposts r where r.activity_uuid = a.uuid)::int as reposts,
         (select count(*) from public.activity_likes l where l.activity_uuid = a.uuid)::int as likes,
         (select max(l.created_at) from public.activity_likes l
          where l.activity_uuid = a.uuid and l.user_uuid <> a.user_uuid) as liked_at,
         (select max(r.created_at) from public.activity_reposts r
          where r.activity_uuid = a.uuid and r.user_uuid <> a.user_uuid) as reposted_at
  from public.activities a
  where a.uuid = any($1::uuid[])
), entry as (
  select counted.uuid, counted.user_uuid, of.reason, of.at
  from counted
  cross join lateral (values ('like', counted.liked_at), ('repost', counted.reposted_at)) of(reason, at)
), gone as (
  delete from public.notifications n
  using entry
  where n.activity_uuid = entry.uuid and n.reason = entry.reason
    and (entry.at is null or n.user_uuid <> entry.user_uuid)
), noted as (
  insert into public.notifications (user_uuid, activity_uuid, reason, created_at)
  select entry.user_uuid, entry.uuid, entry.reason, entry.at
  from entry
  where entry.at is not null
  on conflict do nothing
)
update public.activities a
set replies_count = counted.replies, reposts_count = counted.reposts, likes_count = counted.likes
from counted
where a.uuid = counted.uuid
