-- The newest page of what has the words $1, of to_tsquery, as the caller sees it.
\set caller random(1, 400)
with me as materialized (select uuid from public.users where cognito_user_id = 'demo-' || :caller * 250)
select coalesce(json_agg(row_to_json(page)), '[]')
from (
  select a.uuid, u.display_name, u.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
         a.reply_to_activity_uuid, a.expires_at, a.created_at,
         exists (select from public.activity_likes l where l.activity_uuid = a.uuid and l.user_uuid = (select uuid from me)) as liked,
         exists (select from public.activity_reposts r where r.activity_uuid = a.uuid and r.user_uuid = (select uuid from me)) as reposted
  from (
    select a.*
    from public.activities a
    where public.search_words(a.message) @@ $1::tsquery and (a.expires_at is null or a.expires_at > now())
      and not exists (select from public.blocks b where b.blocker_uuid = (select uuid from me) and b.blocked_uuid = a.user_uuid)
      and not exists (select from public.blocks b where b.blocker_uuid = a.user_uuid and b.blocked_uuid = (select uuid from me))
    order by a.created_at desc, a.uuid desc
    limit 20
  ) a
  join public.users u on u.uuid = a.user_uuid
  order by a.created_at desc, a.uuid desc
) page
