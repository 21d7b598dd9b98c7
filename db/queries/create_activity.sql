-- Creates a post of the user whose cognito_user_id is $1: message $2, time to live $3 (an interval). The row is the post as
-- lists render it; no row: there is no such user.
-- The setting, which ends with the transaction, tells the table's trigger that the caller sends the notification itself,
-- after the commit: a NOTIFY inside of it would make the commits wait for one another, a third of the rate.
with author as (
  select uuid, display_name, handle, set_config('cruddur.notifies', 'later', true)
  from users
  where cognito_user_id = $1
), created as (
  insert into activities (user_uuid, message, expires_at)
  select uuid, $2, now() + $3::interval
  from author
  returning *
)
select format(
         '{"uuid":"%s","display_name":%s,"handle":%s,"message":%s,"replies_count":%s,"reposts_count":%s,"likes_count":%s,'
         '"reply_to_activity_uuid":%s,"expires_at":%s,"created_at":"%s","replies":[],"liked":%s,"reposted":%s}',
         a.uuid, to_json(u.display_name), to_json(u.handle), to_json(a.message), a.replies_count, a.reposts_count,
         a.likes_count, coalesce('"' || a.reply_to_activity_uuid || '"', 'null'),
         coalesce(to_char(a.expires_at at time zone 'utc', '"\""YYYY-MM-DD"T"HH24":"MI":"SS.US"Z\""'), 'null'),
         to_char(a.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24":"MI":"SS.US"Z"'),
         'false', 'false') as body
from created a
cross join author u
