-- The post or reply $2, as the caller $1 may see it. No row: there is no such post, it has expired, its author is hidden, or a
-- block stands between the author and the caller.
-- `offset 0` keeps the planner from reading all whom a person blocks where a look for one is enough.
with caller as materialized (
  select uuid from people where cognito_user_id = $1
)
select a.uuid, u.display_name, u.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
       a.reply_to_activity_uuid, a.expires_at, a.created_at
from activities a
join people u on u.uuid = a.user_uuid
where a.uuid = $2::uuid and (a.expires_at is null or a.expires_at > now())
  and not exists (select from blocks b where b.blocker_uuid = (select uuid from caller) and b.blocked_uuid = a.user_uuid offset 0)
  and not exists (select from blocks b where b.blocker_uuid = a.user_uuid and b.blocked_uuid = (select uuid from caller) offset 0)
