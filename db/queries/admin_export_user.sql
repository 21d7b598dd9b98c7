-- All that is of the person whose handle is $1, as one JSON document; of others it names who, and nothing more. No row:
-- there is none.
select json_build_object(
         'user', (select row_to_json(own) from (
            select u.uuid, u.handle, u.display_name, u.email, u.bio, u.cognito_user_id, u.created_at, u.disabled_at,
                   nullif(u.notifications_read_until, '-infinity') as notifications_read_until) own),
         'activities', array(select row_to_json(own) from (
            select a.uuid, a.message, a.reply_to_activity_uuid, a.replies_count, a.reposts_count, a.likes_count, a.expires_at,
                   a.created_at
            from activities a where a.user_uuid = u.uuid order by a.created_at, a.uuid) own),
         'likes', array(select row_to_json(own) from (
            select l.activity_uuid, l.created_at from activity_likes l where l.user_uuid = u.uuid order by l.created_at) own),
         'reposts', array(select row_to_json(own) from (
            select r.activity_uuid, r.created_at from activity_reposts r where r.user_uuid = u.uuid order by r.created_at) own),
         'following', array(select row_to_json(own) from (
            select other.handle, f.created_at from follows f join users other on other.uuid = f.followed_uuid
            where f.follower_uuid = u.uuid order by f.created_at) own),
         'followers', array(select row_to_json(own) from (
            select other.handle, f.created_at from follows f join users other on other.uuid = f.follower_uuid
            where f.followed_uuid = u.uuid order by f.created_at) own),
         'muted', array(select row_to_json(own) from (
            select other.handle, m.created_at from mutes m join users other on other.uuid = m.muted_uuid
            where m.muter_uuid = u.uuid order by m.created_at) own),
         'blocked', array(select row_to_json(own) from (
            select other.handle, b.created_at from blocks b join users other on other.uuid = b.blocked_uuid
            where b.blocker_uuid = u.uuid order by b.created_at) own),
         'notifications', array(select row_to_json(own) from (
            select n.reason, n.activity_uuid, n.created_at from notifications n
            where n.user_uuid = u.uuid order by n.created_at) own),
         'messages_sent', array(select row_to_json(own) from (
            select m.uuid, m.message_group_uuid, other.handle as "to", m.message, m.created_at
            from messages m join users other on other.uuid = m.receiver_uuid
            where m.sender_uuid = u.uuid order by m.created_at) own),
         'messages_received', array(select row_to_json(own) from (
            select m.uuid, m.message_group_uuid, other.handle as "from", m.message, m.created_at
            from messages m join users other on other.uuid = m.sender_uuid
            where m.receiver_uuid = u.uuid order by m.created_at) own),
         'reports', array(select row_to_json(own) from (
            select r.uuid, r.activity_uuid, r.reason, r.message, r.created_at, r.closed_at from reports r
            where r.reporter_uuid = u.uuid order by r.created_at) own)
       ) as body
from users u
where lower(u.handle) = lower($1 collate "C") and u.left_at is null
