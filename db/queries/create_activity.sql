-- Creates posts: $1 uuids (uuid[]), $2 the cognito_user_id of each one's author, $3 messages (text[]), $4 times to live
-- (interval[]). A row for each that was created, its place in them last; none for a post whose author is unknown.
-- The setting, which ends with the transaction, tells the table's trigger that the caller sends the notification itself,
-- after the commit: a NOTIFY inside of it would make the commits wait for one another, a third of the rate.
-- The arrays come out of subqueries, as in caller_marks, so that one plan does for all executions.
with quiet as materialized (
  select set_config('cruddur.notifies', 'later', true)
), post as (
  select p.uuid, u.uuid as user_uuid, u.display_name, u.handle, p.message, now() + p.time_to_live as expires_at, p.place
  from quiet
  cross join unnest((select $1::uuid[]), (select $2::text[]), (select $3::text[]), (select $4::interval[]))
             with ordinality p(uuid, cognito_user_id, message, time_to_live, place)
  join people u on u.cognito_user_id = p.cognito_user_id
), created as (
  insert into activities (uuid, user_uuid, message, expires_at)
  select uuid, user_uuid, message, expires_at
  from post
  returning *
)
select a.uuid, p.display_name, p.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
       a.reply_to_activity_uuid, a.expires_at, a.created_at, p.place
from created a
join post p using (uuid)
