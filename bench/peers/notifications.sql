-- The newest page of what concerns the caller: the activity, why, and the newest three of those who did it.
\set target random(1, :notified)
with me as materialized (select uuid, notifications_read_until from public.users where uuid = (select uuid from bench.notified where number = :target))
select coalesce(json_agg(row_to_json(page)), '[]')
from (
  select a.uuid, u.display_name, u.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
         a.reply_to_activity_uuid, a.expires_at, a.created_at, n.reason, n.created_at as notified_at,
         n.created_at <= (select notifications_read_until from me) as read,
         exists (select from public.activity_likes l where l.activity_uuid = a.uuid and l.user_uuid = n.user_uuid) as liked,
         exists (select from public.activity_reposts r where r.activity_uuid = a.uuid and r.user_uuid = n.user_uuid) as reposted,
         case n.reason when 'like' then a.likes_count when 'repost' then a.reposts_count else 1 end as actors_count,
         case n.reason
           when 'like' then (
             select json_agg(row_to_json(actor))
             from (select p.uuid, p.handle, p.display_name
                   from public.activity_likes l
                   join public.users p on p.uuid = l.user_uuid
                   where l.activity_uuid = n.activity_uuid and l.user_uuid <> n.user_uuid
                     and not exists (select from public.mutes m where m.muter_uuid = n.user_uuid and m.muted_uuid = l.user_uuid)
                     and not exists (select from public.blocks b where b.blocker_uuid = n.user_uuid and b.blocked_uuid = l.user_uuid)
                     and not exists (select from public.blocks b where b.blocker_uuid = l.user_uuid and b.blocked_uuid = n.user_uuid)
                   order by l.created_at desc, l.user_uuid desc
                   limit 3) actor)
           when 'repost' then (
             select json_agg(row_to_json(actor))
             from (select p.uuid, p.handle, p.display_name
                   from public.activity_reposts r
                   join public.users p on p.uuid = r.user_uuid
                   where r.activity_uuid = n.activity_uuid and r.user_uuid <> n.user_uuid
                     and not exists (select from public.mutes m where m.muter_uuid = n.user_uuid and m.muted_uuid = r.user_uuid)
                     and not exists (select from public.blocks b where b.blocker_uuid = n.user_uuid and b.blocked_uuid = r.user_uuid)
                     and not exists (select from public.blocks b where b.blocker_uuid = r.user_uuid and b.blocked_uuid = n.user_uuid)
                   order by r.created_at desc, r.user_uuid desc
                   limit 3) actor)
           else json_build_array(json_build_object('uuid', u.uuid, 'handle', u.handle, 'display_name', u.display_name))
         end as actors
  from public.notifications n
  join public.activities a on a.uuid = n.activity_uuid and (a.expires_at is null or a.expires_at > now())
  join public.users u on u.uuid = a.user_uuid
  where n.user_uuid = (select uuid from me)
    and (n.reason in ('like', 'repost')
         or not exists (select from public.mutes m where m.muter_uuid = n.user_uuid and m.muted_uuid = a.user_uuid)
        and not exists (select from public.blocks b where b.blocker_uuid = n.user_uuid and b.blocked_uuid = a.user_uuid)
        and not exists (select from public.blocks b where b.blocker_uuid = a.user_uuid and b.blocked_uuid = n.user_uuid))
  order by n.created_at desc, n.activity_uuid desc, n.reason desc
  limit 20
) page
