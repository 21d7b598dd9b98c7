-- The same as check_post_counts, of people.
with batch as materialized (
  select u.uuid, u.cruds_count, u.followers_count, u.following_count
  from public.users u
  where u.uuid > $1::uuid
  order by u.uuid
  limit $2::int
)
select batch.uuid, count.name, count.stands, count.counted
from batch
cross join lateral (
  values
    ('cruds_count', batch.cruds_count::bigint,
     (select count(*) from public.activities a where a.user_uuid = batch.uuid)),
    ('followers_count', batch.followers_count::bigint,
     (select count(*) from public.follows f where f.followed_uuid = batch.uuid)),
    ('following_count', batch.following_count::bigint,
     (select count(*) from public.follows f where f.follower_uuid = batch.uuid))
) count(name, stands, counted)
where count.stands <> count.counted
union all
(select batch.uuid, null, (select count(*) from batch), null from batch order by batch.uuid desc limit 1)
