-- The activity $2 of the user whose handle is $3, and its replies, oldest first, as the caller $1 may see them: $4 of them (at
-- most 100) behind the place ($5 created_at, $6 uuid), and one more where there are more. The first row is the activity.
-- `offset 0` keeps the planner from reading all whom a person blocks where a look for one is enough.
-- Beside an activity's columns whether the caller has liked and reposted it; null where there is no such user.
-- No row: there is no such activity of that user, it has expired, or a block stands between the two.
with caller as materialized (
  select uuid from people where cognito_user_id = $1
), post as materialized (
  select a.uuid, u.display_name, u.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
         a.reply_to_activity_uuid, a.expires_at, a.created_at
  from activities a
  join people u on u.uuid = a.user_uuid
  where a.uuid = $2::uuid and lower(u.handle) = lower($3 collate "C") and (a.expires_at is null or a.expires_at > now())
    and not exists (select from blocks b where b.blocker_uuid = (select uuid from caller) and b.blocked_uuid = a.user_uuid offset 0)
    and not exists (select from blocks b where b.blocker_uuid = a.user_uuid and b.blocked_uuid = (select uuid from caller) offset 0)
), reply as (
  select r.*
  from (
    select a.uuid, u.display_name, u.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
           a.reply_to_activity_uuid, a.expires_at, a.created_at
    from activities a
    join people u on u.uuid = a.user_uuid
    where a.reply_to_activity_uuid = (select post.uuid from post)
      and (a.expires_at is null or a.expires_at > now())
      and (a.created_at, a.uuid) > ($5::timestamptz, $6::uuid)
      and not exists (select from blocks b where b.blocker_uuid = (select uuid from caller) and b.blocked_uuid = a.user_uuid offset 0)
      and not exists (select from blocks b where b.blocker_uuid = a.user_uuid and b.blocked_uuid = (select uuid from caller) offset 0)
    order by a.created_at, a.uuid
    limit 101
  ) r
  limit $4::int + 1
)
select thread.*,
       (select thread.likes_count > 0
               and exists (select from activity_likes l where l.activity_uuid = thread.uuid and l.user_uuid = caller.uuid offset 0)
        from caller) as liked,
       (select thread.reposts_count > 0
               and exists (select from activity_reposts r where r.activity_uuid = thread.uuid and r.user_uuid = caller.uuid offset 0)
        from caller) as reposted
from (
  select *, 0 as depth from post
  union all
  select *, 1 from reply
) thread
order by depth, created_at, uuid
