-- The post or reply $1. With a viewer ($2, a cognito_user_id) it has liked and reposted. No row: there is no such viewer;
-- null: there is no such post, or it has expired.
select case when a.uuid is not null then format(
         '{"uuid":"%s","display_name":%s,"handle":%s,"message":%s,"replies_count":%s,"reposts_count":%s,"likes_count":%s,'
         '"reply_to_activity_uuid":%s,"expires_at":%s,"created_at":"%s","replies":[]%s}',
         a.uuid, to_json(u.display_name), to_json(u.handle), to_json(a.message), a.replies_count, a.reposts_count,
         a.likes_count, coalesce('"' || a.reply_to_activity_uuid || '"', 'null'),
         coalesce(to_char(a.expires_at at time zone 'utc', '"\""YYYY-MM-DD"T"HH24":"MI":"SS.US"Z\""'), 'null'),
         to_char(a.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24":"MI":"SS.US"Z"'),
         case when viewer.uuid is null then '' else format(',"liked":%s,"reposted":%s',
           to_json(exists (select from activity_likes l where l.activity_uuid = a.uuid and l.user_uuid = viewer.uuid)),
           to_json(exists (select from activity_reposts r where r.activity_uuid = a.uuid and r.user_uuid = viewer.uuid))) end) end as body
from (select) one
left join users viewer on viewer.cognito_user_id = $2
left join (activities a join users u on u.uuid = a.user_uuid)
  on a.uuid = $1::uuid and (a.expires_at is null or a.expires_at > now())
where $2::text is null or viewer.uuid is not null
