-- For each of the users whose cognito_user_ids are $1 (text[]) a page of the activities that concern them, newest first: $2 of them
-- (at most 100) behind the place ($3 created_at, $4 uuid, $5 reason), and one more where there are more. The user's place in $1
-- comes first, by which the rows are in order; of a user whom nothing concerns there is one row, which says that alone.
-- Beside an activity's columns why it concerns the user, since when, whether that was read, how many acted and the newest three of
-- them (text[], three elements each: uuid, handle, display name), and whether the user has liked and reposted the activity.
-- Nobody who is hidden, muted or blocked, or blocks the user, is among those who acted; what only such people did is left out.
-- Fewer than three who acted are counted as they are found; else the count is the activity's own, less the user and those whom the
-- user does not see, each of whom is looked for: so it costs what they are, not what the likes of a post are.
-- `offset 0` keeps the planner from reading all whom a person mutes where a look for one is enough; the constant limit tells it,
-- whatever $2 may be, that few rows are wanted: so the generic plan walks the index.
with caller as materialized (
  select c.place, u.uuid, u.notifications_read_until
  from unnest((select $1::text[])) with ordinality c(cognito_user_id, place)
  join people u on u.cognito_user_id = c.cognito_user_id
)
select caller.place, newest.*,
       newest.likes_count > 0
         and exists (select from activity_likes l where l.activity_uuid = newest.uuid and l.user_uuid = caller.uuid offset 0) as liked,
       newest.reposts_count > 0
         and exists (select from activity_reposts r where r.activity_uuid = newest.uuid and r.user_uuid = caller.uuid offset 0) as reposted
from caller
left join lateral (
  select few.*
  from (
    select a.uuid, u.display_name, u.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
           a.reply_to_activity_uuid, a.expires_at, a.created_at, n.reason, n.created_at as notified_at,
           n.created_at <= caller.notifications_read_until as read,
           case
             when cardinality(acted.actors) < 9 then cardinality(acted.actors) / 3
             else (case n.reason when 'like' then a.likes_count else a.reposts_count end)
               - (select count(*)
                  from (
                    select a.user_uuid as uuid
                    union
                    select h.uuid from users h where h.hidden
                    union
                    select b.blocked_uuid from blocks b where b.blocker_uuid = n.user_uuid
                    union
                    select b.blocker_uuid from blocks b where b.blocked_uuid = n.user_uuid
                    union
                    select m.muted_uuid from mutes m where m.muter_uuid = n.user_uuid
                  ) other
                  where case n.reason
                    when 'like' then exists (select from activity_likes l
                                             where l.activity_uuid = a.uuid and l.user_uuid = other.uuid offset 0)
                    else exists (select from activity_reposts r
                                 where r.activity_uuid = a.uuid and r.user_uuid = other.uuid offset 0) end)
           end as actors_count,
           acted.actors
    from notifications n
    join activities a on a.uuid = n.activity_uuid and (a.expires_at is null or a.expires_at > now())
    join people u on u.uuid = a.user_uuid
    cross join lateral (
      select case n.reason
        when 'like' then (
          select array_agg(array[one.uuid::text, one.handle, one.display_name])
          from (
            select p.uuid, p.handle, p.display_name
            from activity_likes l
            join people p on p.uuid = l.user_uuid
            where l.activity_uuid = n.activity_uuid and l.user_uuid <> n.user_uuid
              and not exists (select from public.kept_apart(n.user_uuid, l.user_uuid))
              and not exists (select from mutes m where m.muter_uuid = n.user_uuid and m.muted_uuid = l.user_uuid offset 0)
            order by l.created_at desc, l.user_uuid desc
            limit 3
          ) one)
        when 'repost' then (
          select array_agg(array[one.uuid::text, one.handle, one.display_name])
          from (
            select p.uuid, p.handle, p.display_name
            from activity_reposts r
            join people p on p.uuid = r.user_uuid
            where r.activity_uuid = n.activity_uuid and r.user_uuid <> n.user_uuid
              and not exists (select from public.kept_apart(n.user_uuid, r.user_uuid))
              and not exists (select from mutes m where m.muter_uuid = n.user_uuid and m.muted_uuid = r.user_uuid offset 0)
            order by r.created_at desc, r.user_uuid desc
            limit 3
          ) one)
        else (
          select array[u.uuid::text, u.handle, u.display_name]
          where not exists (select from public.kept_apart(n.user_uuid, a.user_uuid))
            and not exists (select from mutes m where m.muter_uuid = n.user_uuid and m.muted_uuid = a.user_uuid offset 0))
        end as actors
      offset 0
    ) acted
    where n.user_uuid = caller.uuid
      and (n.created_at, n.activity_uuid, n.reason) < ($3::timestamptz, $4::uuid, $5)
      and acted.actors is not null
    order by n.created_at desc, n.activity_uuid desc, n.reason desc
    limit 101
  ) few
  limit $2::int + 1
) newest on true
order by caller.place, newest.notified_at desc, newest.uuid desc, newest.reason desc
