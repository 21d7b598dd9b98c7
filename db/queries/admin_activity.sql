-- The post or reply $1, expired or not. No row: there is none.
select a.uuid, u.handle, u.display_name, a.message, a.reply_to_activity_uuid, a.replies_count as replies,
       a.reposts_count as reposts, a.likes_count as likes, a.created_at, a.expires_at,
       coalesce(a.expires_at <= now(), false) as expired,
       (select count(*) from reports r where r.activity_uuid = a.uuid and r.closed_at is null) as open_reports,
       (select count(*) from reports r where r.activity_uuid = a.uuid) as reports
from activities a
join users u on u.uuid = a.user_uuid and u.left_at is null
where a.uuid = $1::uuid
