-- Deletes at most $2 reposts of the caller $1, so that deleting the account finds few. The posts are locked first, in the order of
-- their uuids.
with own as materialized (
  select r.activity_uuid, r.user_uuid
  from activity_reposts r
  where r.user_uuid = (select u.uuid from users u where u.cognito_user_id = $1)
  limit $2::int
), posts as materialized (
  select a.uuid
  from activities a
  where a.uuid = any(array(select activity_uuid from own))
  order by a.uuid
  for no key update
)
delete from activity_reposts r
using own
where r.activity_uuid = own.activity_uuid and r.user_uuid = own.user_uuid and (select count(*) from posts) >= 0
