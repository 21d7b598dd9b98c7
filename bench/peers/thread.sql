-- A post that has replies, and the oldest page of them.
\set caller random(1, 400)
\set target random(1, :threads)
with me as materialized (select uuid from public.users where cognito_user_id = 'demo-' || :caller * 250)
select row_to_json(thread)
from (
  select a.uuid, u.display_name, u.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
         a.reply_to_activity_uuid, a.expires_at, a.created_at,
         exists (select from public.activity_likes l where l.activity_uuid = a.uuid and l.user_uuid = (select uuid from me)) as liked,
         exists (select from public.activity_reposts r where r.activity_uuid = a.uuid and r.user_uuid = (select uuid from me)) as reposted,
         (select coalesce(json_agg(row_to_json(page)), '[]')
          from (
            select r.uuid, u.display_name, u.handle, r.message, r.replies_count, r.reposts_count, r.likes_count,
                   r.reply_to_activity_uuid, r.expires_at, r.created_at,
                   exists (select from public.activity_likes l
                           where l.activity_uuid = r.uuid and l.user_uuid = (select uuid from me)) as liked,
                   exists (select from public.activity_reposts x
                           where x.activity_uuid = r.uuid and x.user_uuid = (select uuid from me)) as reposted
            from public.activities r
            join public.users u on u.uuid = r.user_uuid
            where r.reply_to_activity_uuid = a.uuid and (r.expires_at is null or r.expires_at > now())
              and not exists (select from public.blocks b where b.blocker_uuid = (select uuid from me) and b.blocked_uuid = r.user_uuid)
              and not exists (select from public.blocks b where b.blocker_uuid = r.user_uuid and b.blocked_uuid = (select uuid from me))
            order by r.created_at, r.uuid
            limit 20
          ) page) as replies
  from public.activities a
  join public.users u on u.uuid = a.user_uuid
  where a.uuid = (select uuid from bench.threads where number = :target) and (a.expires_at is null or a.expires_at > now())
    and not exists (select from public.blocks b where b.blocker_uuid = (select uuid from me) and b.blocked_uuid = a.user_uuid)
    and not exists (select from public.blocks b where b.blocker_uuid = a.user_uuid and b.blocked_uuid = (select uuid from me))
) thread
