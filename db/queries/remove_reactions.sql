-- The opposite of add_reactions, asked and answered as there: who has not liked or reposted is answered alike.
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
)
select a.uuid, u.display_name, u.handle, a.message, a.replies_count,
       (a.reposts_count - (select count(*) from unreposted r where r.activity_uuid = a.uuid))::integer as reposts_count,
       (a.likes_count - (select count(*) from unliked l where l.activity_uuid = a.uuid))::integer as likes_count,
       a.reply_to_activity_uuid, a.expires_at, a.created_at,
       case a.reaction
         when 'like' then array[]::uuid[]
         else array(select l.activity_uuid from activity_likes l where l.activity_uuid = a.uuid and l.user_uuid = a.caller_uuid)
       end as liked,
       case a.reaction
         when 'repost' then array[]::uuid[]
         else array(select r.activity_uuid from activity_reposts r
                    where r.activity_uuid = a.uuid and r.user_uuid = a.caller_uuid)
       end as reposted,
       asked.place
from asked
left join seen a using (place)
left join people u on u.uuid = a.user_uuid
