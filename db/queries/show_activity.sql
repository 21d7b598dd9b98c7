-- The post or reply $1. No row: there is no such post, or it has expired.
select a.uuid, u.display_name, u.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
       a.reply_to_activity_uuid, a.expires_at, a.created_at
from activities a
join users u on u.uuid = a.user_uuid
where a.uuid = $1::uuid and (a.expires_at is null or a.expires_at > now())
