-- What is wrong with the counts of at most $2 posts and replies after the uuid $1: a row each, with the count's name, what
-- stands and what was counted. Without a name, and last: the uuid after which to go on, and how many were looked at. One
-- snapshot has the counts and the rows that make them, so nobody has to stop writing.
with batch as materialized (
  select a.uuid, a.user_uuid, a.replies_count, a.reposts_count, a.likes_count
  from public.activities a
  where a.uuid > $1::uuid
  order by a.uuid
  limit $2::int
)
select batch.uuid, count.name, count.stands, count.counted
from batch
cross join lateral (
  values
    ('replies_count', batch.replies_count::bigint,
     (select count(*) from public.activities r where r.reply_to_activity_uuid = batch.uuid)),
    ('reposts_count', batch.reposts_count::bigint,
     (select count(*) from public.activity_reposts r where r.activity_uuid = batch.uuid)),
    ('likes_count', batch.likes_count::bigint,
     (select count(*) from public.activity_likes l where l.activity_uuid = batch.uuid)),
    ('notifications of likes',
     (select count(*) from public.notifications n where n.activity_uuid = batch.uuid and n.reason = 'like'),
     (exists (select from public.activity_likes l
              where l.activity_uuid = batch.uuid and l.user_uuid <> batch.user_uuid))::int::bigint),
    ('notifications of reposts',
     (select count(*) from public.notifications n where n.activity_uuid = batch.uuid and n.reason = 'repost'),
     (exists (select from public.activity_reposts r
              where r.activity_uuid = batch.uuid and r.user_uuid <> batch.user_uuid))::int::bigint)
) count(name, stands, counted)
where count.stands <> count.counted
union all
(select batch.uuid, null, (select count(*) from batch), null from batch order by batch.uuid desc limit 1)
