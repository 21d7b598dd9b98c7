-- For each of the callers whose cognito_user_ids are $1 (text[]; an empty one is nobody) an activity, and its replies, oldest
-- first, as that caller may see them. The same place in $2 (text[]) says which: its uuid, 36 characters, and behind it the handle
-- of who wrote it. There are $3 replies (at most 100) behind the place ($4 created_at, $5 uuid), and one more where there are
-- more. The caller's place comes first, by which the rows are in order; the first row of each is the activity. Last, whether the
-- caller has liked and reposted it; null for nobody, and for a caller who is no user. No row for a caller: there is no such
-- activity of that user, it has expired, or a block stands between the two.
-- `offset 0` keeps the planner from reading all whom a person blocks where a look for one is enough.
select caller.place, thread.*,
       case when caller.uuid is not null
            then thread.likes_count > 0
                 and exists (select from activity_likes l where l.activity_uuid = thread.uuid and l.user_uuid = caller.uuid offset 0)
       end as liked,
       case when caller.uuid is not null
            then thread.reposts_count > 0
                 and exists (select from activity_reposts r where r.activity_uuid = thread.uuid and r.user_uuid = caller.uuid offset 0)
       end as reposted
from (
  select asked.place, left(asked.thread, 36)::uuid as thread_uuid, lower(substr(asked.thread, 37) collate "C") as handle, u.uuid
  from unnest((select $1::text[]), (select $2::text[])) with ordinality asked(cognito_user_id, thread, place)
  left join people u on u.cognito_user_id = nullif(asked.cognito_user_id, '')
) caller
cross join lateral (
  select a.uuid, u.display_name, u.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
         a.reply_to_activity_uuid, a.expires_at, a.created_at
  from activities a
  join people u on u.uuid = a.user_uuid
  where a.uuid = caller.thread_uuid and lower(u.handle) = caller.handle and (a.expires_at is null or a.expires_at > now())
    and not exists (select from blocks b where b.blocker_uuid = caller.uuid and b.blocked_uuid = a.user_uuid offset 0)
    and not exists (select from blocks b where b.blocker_uuid = a.user_uuid and b.blocked_uuid = caller.uuid offset 0)
) post
cross join lateral (
  select post.*
  union all
  (select r.*
   from (
     select a.uuid, u.display_name, u.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
            a.reply_to_activity_uuid, a.expires_at, a.created_at
     from activities a
     join people u on u.uuid = a.user_uuid
     where a.reply_to_activity_uuid = post.uuid and (a.expires_at is null or a.expires_at > now())
       and (a.created_at, a.uuid) > ($4::timestamptz, $5::uuid)
       and not exists (select from blocks b where b.blocker_uuid = caller.uuid and b.blocked_uuid = a.user_uuid offset 0)
       and not exists (select from blocks b where b.blocker_uuid = a.user_uuid and b.blocked_uuid = caller.uuid offset 0)
     order by a.created_at, a.uuid
     limit 101
   ) r
   limit $3::int + 1)
) thread
