-- How many of the notifications of the user $1 are newer than what that user has read, at most 100, as a status and JSON. What the list
-- leaves out (notifications.sql) does not count. No row: there is no such user.
with caller as materialized (
  select uuid, notifications_read_until from people where cognito_user_id = $1
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
               (select a.user_uuid
                where n.reason in ('reply', 'mention')
                  and not exists (select from public.kept_apart(n.user_uuid, a.user_uuid))
                  and not exists (select from mutes m where m.muter_uuid = n.user_uuid and m.muted_uuid = a.user_uuid offset 0))
               union all
               (select l.user_uuid from activity_likes l
                where n.reason = 'like' and l.activity_uuid = n.activity_uuid and l.user_uuid <> n.user_uuid
                  and not exists (select from public.kept_apart(n.user_uuid, l.user_uuid))
                  and not exists (select from mutes m where m.muter_uuid = n.user_uuid and m.muted_uuid = l.user_uuid offset 0)
                order by l.created_at desc, l.user_uuid desc
                limit 1)
               union all
               (select r.user_uuid from activity_reposts r
                where n.reason = 'repost' and r.activity_uuid = n.activity_uuid and r.user_uuid <> n.user_uuid
                  and not exists (select from public.kept_apart(n.user_uuid, r.user_uuid))
                  and not exists (select from mutes m where m.muter_uuid = n.user_uuid and m.muted_uuid = r.user_uuid offset 0)
                order by r.created_at desc, r.user_uuid desc
                limit 1)
             ) acted
             limit 1
           ) actor
           where n.user_uuid = caller.uuid and n.created_at > caller.notifications_read_until
           order by n.created_at desc
           limit 100
         ) unread)) as body
from caller
