-- Likes and reposts: $1 which of the two (text[], 'like' or 'repost'), $2 the post or reply of each (uuid[]), $3 whose it is
-- (text[], cognito_user_ids). Who has liked or reposted it before is answered alike. A row for each whose user there is:
-- the activity with its new counts, what the user liked and reposted of it (uuid[]), and the place in the arrays. The
-- activity is null where there is none, it has expired, its author is hidden, or a block stands between the author and the user.
-- A locked row has the newest counts, and stays: so none of these waits for another in the wrong order, none is of a post that
-- is gone, and the new count is the locked row's and what is added here, which the tables' triggers write.
-- `offset 0` keeps the planner from reading all whom a person blocks where a look for one is enough.
with asked as materialized (
  select a.place, a.reaction, a.activity_uuid, u.uuid as user_uuid
  from unnest((select $1::text[]), (select $2::uuid[]), (select $3::text[]))
       with ordinality a(reaction, activity_uuid, cognito_user_id, place)
  join people u on u.cognito_user_id = a.cognito_user_id
), locked as materialized (
  select a.*
  from activities a
  where a.uuid = any((select $2::uuid[])::uuid[]) and (a.expires_at is null or a.expires_at > now())
  order by a.uuid
  for no key update
), seen as materialized (
  select asked.place, asked.reaction, asked.user_uuid as caller_uuid, a.*
  from asked
  join locked a on a.uuid = asked.activity_uuid
  where not exists (select from users h where h.uuid = a.user_uuid and h.hidden offset 0)
    and not exists (select from blocks b where b.blocker_uuid = asked.user_uuid and b.blocked_uuid = a.user_uuid offset 0)
    and not exists (select from blocks b where b.blocker_uuid = a.user_uuid and b.blocked_uuid = asked.user_uuid offset 0)
), liked as (
  insert into activity_likes (activity_uuid, user_uuid)
  select uuid, caller_uuid from seen where reaction = 'like'
  on conflict do nothing
  returning activity_uuid
), reposted as (
  insert into activity_reposts (activity_uuid, user_uuid)
  select uuid, caller_uuid from seen where reaction = 'repost'
  on conflict do nothing
  returning activity_uuid
)
select a.uuid, u.display_name, u.handle, a.message, a.replies_count,
       (a.reposts_count + (select count(*) from reposted r where r.activity_uuid = a.uuid))::integer as reposts_count,
       (a.likes_count + (select count(*) from liked l where l.activity_uuid = a.uuid))::integer as likes_count,
       a.reply_to_activity_uuid, a.expires_at, a.created_at,
       case a.reaction
         when 'like' then array[a.uuid]
         else array(select l.activity_uuid from activity_likes l where l.activity_uuid = a.uuid and l.user_uuid = a.caller_uuid)
       end as liked,
       case a.reaction
         when 'repost' then array[a.uuid]
         else array(select r.activity_uuid from activity_reposts r
                    where r.activity_uuid = a.uuid and r.user_uuid = a.caller_uuid)
       end as reposted,
       asked.place
from asked
left join seen a using (place)
left join people u on u.uuid = a.user_uuid
