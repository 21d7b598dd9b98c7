-- The newest page of the posts of those whom the caller follows, and of their own: the newest of each, put in order.
\set caller random(1, 400)
with me as materialized (select uuid from public.users where cognito_user_id = 'demo-' || :caller * 250)
select coalesce(json_agg(row_to_json(page)), '[]')
from (
  select a.uuid, u.display_name, u.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
         a.reply_to_activity_uuid, a.expires_at, a.created_at,
         exists (select from public.activity_likes l where l.activity_uuid = a.uuid and l.user_uuid = (select uuid from me)) as liked,
         exists (select from public.activity_reposts r where r.activity_uuid = a.uuid and r.user_uuid = (select uuid from me)) as reposted
  from (
    select newest.*
    from (
      select f.followed_uuid as uuid from public.follows f
      where f.follower_uuid = (select uuid from me)
        and not exists (select from public.mutes m where m.muter_uuid = f.follower_uuid and m.muted_uuid = f.followed_uuid)
      union all
      select uuid from me
    ) followed
    cross join lateral (
      select a.* from public.activities a
      where a.user_uuid = followed.uuid and a.reply_to_activity_uuid is null and (a.expires_at is null or a.expires_at > now())
      order by a.created_at desc, a.uuid desc
      limit 20
    ) newest
    order by newest.created_at desc, newest.uuid desc
    limit 20
  ) a
  join public.users u on u.uuid = a.user_uuid
  order by a.created_at desc, a.uuid desc
) page
