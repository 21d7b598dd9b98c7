-- A page of the home feed, newest first: $1 posts (at most 100) behind the place ($2 created_at, $3 uuid), and one more
-- where there are more, without those whose author the caller $4 (null for nobody) has muted, blocks, or is blocked by. Beside an activity's columns the time at which it was read.
-- The constant limit tells the planner, whatever $1 may be, that few rows are wanted: so the generic plan walks the index. Nor
-- does it see whether $4 is null: it would take a plan for nobody alone for cheaper, and plan at each execution.
with caller as materialized (
  select uuid from people where cognito_user_id = $4
)
select newest.*, now() as read_at
from (
  select a.uuid, u.display_name, u.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
         a.reply_to_activity_uuid, a.expires_at, a.created_at
  from activities a
  join people u on u.uuid = a.user_uuid
  where a.reply_to_activity_uuid is null
    and (a.expires_at is null or a.expires_at > now())
    and (a.created_at, a.uuid) < ($2::timestamptz, $3::uuid)
    and ((select $4) is null
      or not exists (select from mutes m
                     where m.muter_uuid = (select uuid from caller) and m.muted_uuid = a.user_uuid offset 0)
     and not exists (select from blocks b
                     where b.blocker_uuid = (select uuid from caller) and b.blocked_uuid = a.user_uuid offset 0)
     and not exists (select from blocks b
                     where b.blocker_uuid = a.user_uuid and b.blocked_uuid = (select uuid from caller) offset 0))
  order by a.created_at desc, a.uuid desc
  limit 101
) newest
limit $1::int + 1
