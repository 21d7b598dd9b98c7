-- How many of the notifications of the user $1 are newer than what that user has read, at most 100, as a status and JSON. What the list
-- leaves out (notifications.sql) does not count. No row: there is no such user.
with caller as materialized (
  select uuid, notifications_read_until from users where cognito_user_id = $1
)
select 200 as status, format('{"count":%s}', (
         select count(*)
         from (
           select
           from notifications n
           join activities a on a.uuid = n.activity_uuid and (a.expires_at is null or a.expires_at > now())
           cross join lateral (
             select acted.user_uuid
             from (
               (select a.user_uuid where n.reason in ('reply', 'mention'))
               union all
               (select l.user_uuid from activity_likes l
                where n.reason = 'like' and l.activity_uuid = n.activity_uuid and l.user_uuid <> n.user_uuid
                order by l.created_at desc, l.user_uuid desc
                limit 20)
               union all
               (select r.user_uuid from activity_reposts r
                where n.reason = 'repost' and r.activity_uuid = n.activity_uuid and r.user_uuid <> n.user_uuid
                order by r.created_at desc, r.user_uuid desc
                limit 20)
             ) acted
             where not exists (select from blocks b
                               where b.blocker_uuid = n.user_uuid and b.blocked_uuid = acted.user_uuid offset 0)
               and not exists (select from blocks b
                               where b.blocker_uuid = acted.user_uuid and b.blocked_uuid = n.user_uuid offset 0)
               and not exists (select from mutes m
                               where m.muter_uuid = n.user_uuid and m.muted_uuid = acted.user_uuid offset 0)
             limit 1
           ) actor
           where n.user_uuid = caller.uuid and n.created_at > caller.notifications_read_until
           order by n.created_at desc
           limit 100
         ) unread)) as body
from caller
