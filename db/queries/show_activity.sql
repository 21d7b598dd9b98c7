-- The post or reply $2, as the caller $1 may see it. No row: there is no such post, it has expired, or a block stands
-- between its author and the caller.
select a.uuid, u.display_name, u.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
       a.reply_to_activity_uuid, a.expires_at, a.created_at
from activities a
join users u on u.uuid = a.user_uuid
where a.uuid = $2::uuid and (a.expires_at is null or a.expires_at > now())
  and not exists (select from users me join blocks b
                    on (b.blocker_uuid = me.uuid and b.blocked_uuid = a.user_uuid)
                    or (b.blocker_uuid = a.user_uuid and b.blocked_uuid = me.uuid)
                  where me.cognito_user_id = $1)
