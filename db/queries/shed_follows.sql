-- Deletes at most $2 follows of the caller $1 and as many by others of them, so that deleting the account finds few. The people
-- are locked first, in the order of their uuids.
with me as materialized (
  select u.uuid from users u where u.cognito_user_id = $1
), own as materialized (
  (select f.follower_uuid, f.followed_uuid from me join follows f on f.follower_uuid = me.uuid limit $2::int)
  union all
  (select f.follower_uuid, f.followed_uuid from me join follows f on f.followed_uuid = me.uuid limit $2::int)
), people as materialized (
  select u.uuid
  from users u
  where u.uuid = any(array(select follower_uuid from own union all select followed_uuid from own))
  order by u.uuid
  for no key update
)
delete from follows f
using own
where f.follower_uuid = own.follower_uuid and f.followed_uuid = own.followed_uuid and (select count(*) from people) >= 0
