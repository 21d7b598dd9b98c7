-- Deletes at most $2 posts and replies of the caller $1, so that deleting the account finds few.
-- Posts above replies are locked first, as whoever deletes a reply does.
with own as materialized (
  select a.uuid, a.reply_to_activity_uuid
  from activities a
  where a.user_uuid = (select u.uuid from users u where u.cognito_user_id = $1)
  limit $2::int
), parents as materialized (
  select a.uuid
  from activities a
  where a.uuid = any(array(select reply_to_activity_uuid from own))
  order by a.uuid
  for no key update
)
delete from activities a
using own
where a.uuid = own.uuid and (select count(*) from parents) >= 0
