-- The opposite of add_reactions, asked and answered as there: who has not liked or reposted is answered alike. The post is locked
-- before what is of it, as by who deletes it, and after the people have been looked up.
with asked as materialized (
  select a.place, a.reaction, a.activity_uuid, u.uuid as user_uuid
  from unnest((select $1::text[]), (select $2::uuid[]), (select $3::text[]))
       with ordinality a(reaction, activity_uuid, cognito_user_id, place)
  join people u on u.cognito_user_id = a.cognito_user_id
), locked as materialized (
  select a.*
  from activities a
  where a.uuid = any((select array_agg(activity_uuid) from asked)::uuid[]) and (a.expires_at is null or a.expires_at > now())
  order by a.uuid
  for no key update
), post as materialized (
  select a.*, u.display_name, u.handle from locked a join people u on u.uuid = a.user_uuid
), seen as materialized (
  select asked.place, asked.reaction, asked.activity_uuid as uuid, asked.user_uuid as caller_uuid
  from asked
  join post on post.uuid = asked.activity_uuid
  where not exists (select from blocks b where b.blocker_uuid = asked.user_uuid and b.blocked_uuid = post.user_uuid offset 0)
    and not exists (select from blocks b where b.blocker_uuid = post.user_uuid and b.blocked_uuid = asked.user_uuid offset 0)
), unliked as (
  delete from activity_likes l
  using seen
  where seen.reaction = 'like' and l.activity_uuid = seen.uuid and l.user_uuid = seen.caller_uuid
  returning l.activity_uuid
), unreposted as (
  delete from activity_reposts r
  using seen
  where seen.reaction = 'repost' and r.activity_uuid = seen.uuid and r.user_uuid = seen.caller_uuid
  returning r.activity_uuid
), change as materialized (
  select changed.activity_uuid as uuid, sum(changed.likes)::int as likes, sum(changed.reposts)::int as reposts
  from (select activity_uuid, 1 as likes, 0 as reposts from unliked union all select activity_uuid, 0, 1 from unreposted) changed
  group by changed.activity_uuid
)
select post.uuid, post.display_name, post.handle, post.message, post.replies_count,
       post.reposts_count - coalesce(change.reposts, 0) as reposts_count,
       post.likes_count - coalesce(change.likes, 0) as likes_count,
       post.reply_to_activity_uuid, post.expires_at, post.created_at,
       case seen.reaction
         when 'like' then false
         else exists (select from activity_likes l where l.activity_uuid = seen.uuid and l.user_uuid = seen.caller_uuid offset 0)
       end as liked,
       case seen.reaction
         when 'repost' then false
         else post.reposts_count > 0 and exists (select from activity_reposts r
                                                 where r.activity_uuid = seen.uuid and r.user_uuid = seen.caller_uuid offset 0)
       end as reposted,
       asked.place
from asked
left join seen using (place)
left join post on post.uuid = seen.uuid
left join change on change.uuid = seen.uuid
