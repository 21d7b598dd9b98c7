-- A page of the activities that concern the caller $1, newest first: $2 of them (at most 100) behind the place ($3 created_at,
-- $4 uuid, $5 reason), and one more where there are more. Beside an activity's columns why it concerns the caller, since when, whether
-- that was read, how many acted and the newest three of them, and whether the caller has liked and reposted the activity.
-- Nobody who is hidden, muted or blocked, or blocks the caller, is among those who acted; what only such
-- people did is left out.
-- Fewer than three who acted are counted as they are found; else the count is the activity's own, less the caller and those
-- whom the caller does not see, each of whom is looked for: so it costs what they are, not what the likes of a post are.
-- `offset 0` keeps the planner from reading all whom a person mutes where a look for one is enough; the constant limit tells it,
-- whatever $2 may be, that few rows are wanted: so the generic plan walks the index.
with caller as materialized (
  select uuid, notifications_read_until from people where cognito_user_id = $1
), unseen as materialized (
  select h.uuid from users h where h.hidden
  union
  select b.blocked_uuid from caller join blocks b on b.blocker_uuid = caller.uuid
  union
  select b.blocker_uuid from caller join blocks b on b.blocked_uuid = caller.uuid
  union
  select m.muted_uuid from caller join mutes m on m.muter_uuid = caller.uuid
)
select newest.*,
       (select newest.likes_count > 0
               and exists (select from activity_likes l where l.activity_uuid = newest.uuid and l.user_uuid = caller.uuid offset 0)
        from caller) as liked,
       (select newest.reposts_count > 0
               and exists (select from activity_reposts r where r.activity_uuid = newest.uuid and r.user_uuid = caller.uuid offset 0)
        from caller) as reposted
from (
  select a.uuid, u.display_name, u.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
         a.reply_to_activity_uuid, a.expires_at, a.created_at, n.reason, n.created_at as notified_at,
         n.created_at <= (select notifications_read_until from caller) as read,
         case
           when actors.size < 3 then actors.size
           when n.reason = 'like' then a.likes_count
             - (select count(*) from (select a.user_uuid as uuid union all select uuid from unseen) other
                cross join lateral (select from activity_likes l
                                    where l.activity_uuid = a.uuid and l.user_uuid = other.uuid offset 0) acted)
           else a.reposts_count
             - (select count(*) from (select a.user_uuid as uuid union all select uuid from unseen) other
                cross join lateral (select from activity_reposts r
                                    where r.activity_uuid = a.uuid and r.user_uuid = other.uuid offset 0) acted)
         end as actors_count,
         actors.uuids, actors.handles, actors.display_names
  from notifications n
  join activities a on a.uuid = n.activity_uuid and (a.expires_at is null or a.expires_at > now())
  join people u on u.uuid = a.user_uuid
  cross join lateral (
    select count(*) as size,
           array_agg(actor.uuid order by acted.created_at desc, acted.user_uuid desc) as uuids,
           array_agg(actor.handle order by acted.created_at desc, acted.user_uuid desc) as handles,
           array_agg(actor.display_name order by acted.created_at desc, acted.user_uuid desc) as display_names
    from (
      select acted.user_uuid, acted.created_at
      from (
        (select a.user_uuid, a.created_at
         where n.reason in ('reply', 'mention')
           and not exists (select from public.kept_apart(n.user_uuid, a.user_uuid))
           and not exists (select from mutes m where m.muter_uuid = n.user_uuid and m.muted_uuid = a.user_uuid offset 0))
        union all
        (select l.user_uuid, l.created_at from activity_likes l
         where n.reason = 'like' and l.activity_uuid = n.activity_uuid and l.user_uuid <> n.user_uuid
           and not exists (select from public.kept_apart(n.user_uuid, l.user_uuid))
           and not exists (select from mutes m where m.muter_uuid = n.user_uuid and m.muted_uuid = l.user_uuid offset 0)
         order by l.created_at desc, l.user_uuid desc
         limit 3)
        union all
        (select r.user_uuid, r.created_at from activity_reposts r
         where n.reason = 'repost' and r.activity_uuid = n.activity_uuid and r.user_uuid <> n.user_uuid
           and not exists (select from public.kept_apart(n.user_uuid, r.user_uuid))
           and not exists (select from mutes m where m.muter_uuid = n.user_uuid and m.muted_uuid = r.user_uuid offset 0)
         order by r.created_at desc, r.user_uuid desc
         limit 3)
      ) acted
      order by acted.created_at desc, acted.user_uuid desc
      limit 3
    ) acted
    join people actor on actor.uuid = acted.user_uuid
  ) actors
  where n.user_uuid = (select uuid from caller)
    and (n.created_at, n.activity_uuid, n.reason) < ($3::timestamptz, $4::uuid, $5)
    and actors.size > 0
  order by n.created_at desc, n.activity_uuid desc, n.reason desc
  limit 101
) newest
limit $2::int + 1
