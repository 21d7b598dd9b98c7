-- Deletes the likes, reposts and notifications of the posts and people $1 (uuid[]), those of them that are not there.
with gone as (
  select wanted.uuid
  from unnest($1::uuid[]) wanted(uuid)
  where not exists (select from public.activities a where a.uuid = wanted.uuid)
    and not exists (select from public.users u where u.uuid = wanted.uuid)
), likes as (
  delete from public.activity_likes l using gone where l.activity_uuid = gone.uuid or l.user_uuid = gone.uuid
), reposts as (
  delete from public.activity_reposts r using gone where r.activity_uuid = gone.uuid or r.user_uuid = gone.uuid
)
delete from public.notifications n using gone where n.activity_uuid = gone.uuid
