-- All that is known of the person whose handle is $1, in whatever case, but what they wrote. No row: there is none.
select u.uuid, u.handle, u.display_name, u.email, u.bio, u.cognito_user_id, u.created_at as since, u.disabled_at, u.cruds_count as cruds,
       u.followers_count as followers, u.following_count as following,
       (select count(*) from messages m where m.sender_uuid = u.uuid) as messages_sent,
       (select count(*) from blocks b where b.blocked_uuid = u.uuid) as blocked_by,
       (select count(*) from reports r where r.author_uuid = u.uuid and r.closed_at is null) as open_reports_of_them,
       (select count(*) from reports r where r.author_uuid = u.uuid) as reports_of_them,
       (select count(*) from reports r where r.reporter_uuid = u.uuid) as reports_by_them
from users u
where lower(u.handle) = lower($1 collate "C") and u.left_at is null
