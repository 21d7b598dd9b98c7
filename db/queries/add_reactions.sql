-- Likes and reposts: $1 which of the two (text[], 'like' or 'repost'), $2 the post or reply of each (uuid[]), $3 whose it is
-- (text[], cognito_user_ids). Who has liked or reposted it before is answered alike. A row for each whose user there is:
-- the activity with its new counts, whether the user has liked and reposted it now, and the place in the arrays. The
-- activity is null where there is none, it has expired, its author is hidden, or a block stands between the author and the user.
-- Its row is locked last, once all is inserted, which is most of the work: so those who like one post at the same time wait for
-- each other no longer than its count takes. A locked row has the newest counts, and stays: the new count is the locked row's and
-- what is added here, which the tables' triggers write. Where a post goes before it is locked, its trigger refuses the whole.
-- Who waits for somebody else's reaction, which has the order of its key, holds no post yet: so no two wait for each other.
-- What is of a post is looked up and counted once, however many have liked it at this moment.
-- `offset 0` keeps the planner from reading all whom a person blocks where a look for one is enough.
with asked as materialized (
  select a.place, a.reaction, a.activity_uuid, u.uuid as user_uuid
  from unnest((select $1::text[]), (select $2::uuid[]), (select $3::text[]))
       with ordinality a(reaction, activity_uuid, cognito_user_id, place)
  join people u on u.cognito_user_id = a.cognito_user_id
), post as materialized (
  select a.uuid, a.user_uuid, u.display_name, u.handle
  from activities a
  join people u on u.uuid = a.user_uuid
  where a.uuid = any((select array_agg(activity_uuid) from asked)::uuid[]) and (a.expires_at is null or a.expires_at > now())
), seen as materialized (
  select asked.place, asked.reaction, asked.activity_uuid as uuid, asked.user_uuid as caller_uuid
  from asked
  join post on post.uuid = asked.activity_uuid
  where not exists (select from blocks b where b.blocker_uuid = asked.user_uuid and b.blocked_uuid = post.user_uuid offset 0)
    and not exists (select from blocks b where b.blocker_uuid = post.user_uuid and b.blocked_uuid = asked.user_uuid offset 0)
), liked as (
  insert into activity_likes (activity_uuid, user_uuid)
  select uuid, caller_uuid from seen where reaction = 'like'
  order by uuid, caller_uuid
  on conflict do nothing
  returning activity_uuid
), reposted as (
  insert into activity_reposts (activity_uuid, user_uuid)
  select uuid, caller_uuid from seen where reaction = 'repost'
  order by uuid, caller_uuid
  on conflict do nothing
  returning activity_uuid
), change as materialized (
  select changed.activity_uuid as uuid, sum(changed.likes)::int as likes, sum(changed.reposts)::int as reposts
  from (select activity_uuid, 1 as likes, 0 as reposts from liked union all select activity_uuid, 0, 1 from reposted) changed
  group by changed.activity_uuid
), locked as materialized (
  select a.*
  from activities a
  -- That what has changed is read, too, is what puts the lock behind it.
  where a.uuid = any(array(select uuid from change union select uuid from seen))
  order by a.uuid
  for no key update
)
select locked.uuid, post.display_name, post.handle, locked.message, locked.replies_count,
       locked.reposts_count + coalesce(change.reposts, 0) as reposts_count,
       locked.likes_count + coalesce(change.likes, 0) as likes_count,
       locked.reply_to_activity_uuid, locked.expires_at, locked.created_at,
       case seen.reaction
         when 'like' then true
         else exists (select from activity_likes l where l.activity_uuid = seen.uuid and l.user_uuid = seen.caller_uuid offset 0)
       end as liked,
       case seen.reaction
         when 'repost' then true
         else locked.reposts_count > 0 and exists (select from activity_reposts r
                                                 where r.activity_uuid = seen.uuid and r.user_uuid = seen.caller_uuid offset 0)
       end as reposted,
       asked.place
from asked
left join seen using (place)
left join post on post.uuid = seen.uuid
left join locked on locked.uuid = seen.uuid
left join change on change.uuid = seen.uuid
