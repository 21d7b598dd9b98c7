-- A page of the home feed for anybody, newest first: $1 posts (at most 100) behind the place ($2 created_at, $3 uuid).
-- One row: the page as JSON; the place where the next page begins, null when this is the last; and the milliseconds
-- until the first of its posts expires, null when none does.
-- The constant limit tells the planner, whatever $1 may be, that few rows are wanted: so the generic plan walks the
-- index. format() renders a row in three quarters of the time that json_agg and json_build_object take. The colons in
-- quotes keep pgbench from taking what follows for a variable.
select coalesce('[' || array_to_string(page.activities[1:$1], ',') || ']', '[]') as body,
       case when cardinality(page.activities) > $1
            then (extract(epoch from page.created_at[$1]) * 1000000)::bigint end as next_created_at_us,
       case when cardinality(page.activities) > $1 then page.uuids[$1] end as next_uuid,
       floor(extract(epoch from page.expires_at - now()) * 1000)::bigint as fresh_ms
from (
  select array_agg(format(
           '{"uuid":"%s","display_name":%s,"handle":%s,"message":%s,"replies_count":%s,"reposts_count":%s,"likes_count":%s,'
           '"reply_to_activity_uuid":%s,"expires_at":%s,"created_at":"%s","replies":[]}',
           p.uuid, to_json(p.display_name), to_json(p.handle), to_json(p.message), p.replies_count, p.reposts_count,
           p.likes_count, coalesce('"' || p.reply_to_activity_uuid || '"', 'null'),
           coalesce(to_char(p.expires_at at time zone 'utc', '"\""YYYY-MM-DD"T"HH24":"MI":"SS.US"Z\""'), 'null'),
           to_char(p.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24":"MI":"SS.US"Z"'))) as activities,
         array_agg(p.created_at) as created_at,
         array_agg(p.uuid) as uuids,
         min(p.expires_at) as expires_at
  from (
    select newest.*
    from (
      select a.uuid, u.display_name, u.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
             a.reply_to_activity_uuid, a.expires_at, a.created_at
      from activities a
      join users u on u.uuid = a.user_uuid
      where a.reply_to_activity_uuid is null
        and (a.expires_at is null or a.expires_at > now())
        and (a.created_at, a.uuid) < ($2::timestamptz, $3::uuid)
      order by a.created_at desc, a.uuid desc
      limit 101
    ) newest
    limit $1::int + 1
  ) p
) page
