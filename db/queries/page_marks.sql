-- The same as caller_marks, for many users at once: $1 (text[]) their cognito_user_ids, $2 (uuid[]) the activities. A post that
-- fewer than four times as many people have liked as ask is read with all who have, once for all users; in one that more have
-- liked each user is looked up. So it is with reposts.
with caller as materialized (
  select c.place, u.uuid,
         exists (select from mutes m where m.muter_uuid = u.uuid)
           or exists (select from blocks b where b.blocker_uuid = u.uuid)
           or exists (select from blocks b where b.blocked_uuid = u.uuid) as hides
  from unnest((select $1::text[])) with ordinality c(cognito_user_id, place)
  join people u on u.cognito_user_id = c.cognito_user_id
), shown as materialized (
  select a.uuid, a.user_uuid, a.likes_count, a.reposts_count
  from unnest((select $2::uuid[])) s(uuid)
  cross join lateral (select * from activities a where a.uuid = s.uuid offset 0) a
), liked as materialized (
  select caller.place, l.activity_uuid
  from (
    select l.activity_uuid, l.user_uuid
    from shown
    cross join lateral (select l.activity_uuid, l.user_uuid from activity_likes l where l.activity_uuid = shown.uuid offset 0) l
    where shown.likes_count between 1 and 4 * (select count(*) from caller)
    offset 0
  ) l
  join caller on caller.uuid = l.user_uuid
  union all
  select caller.place, shown.uuid
  from shown
  join caller on true
  where shown.likes_count > 4 * (select count(*) from caller)
    and exists (select from activity_likes l where l.activity_uuid = shown.uuid and l.user_uuid = caller.uuid offset 0)
), reposted as materialized (
  select caller.place, r.activity_uuid
  from (
    select r.activity_uuid, r.user_uuid
    from shown
    cross join lateral (select r.activity_uuid, r.user_uuid from activity_reposts r where r.activity_uuid = shown.uuid offset 0) r
    where shown.reposts_count between 1 and 4 * (select count(*) from caller)
    offset 0
  ) r
  join caller on caller.uuid = r.user_uuid
  union all
  select caller.place, shown.uuid
  from shown
  join caller on true
  where shown.reposts_count > 4 * (select count(*) from caller)
    and exists (select from activity_reposts r where r.activity_uuid = shown.uuid and r.user_uuid = caller.uuid offset 0)
)
select caller.place,
       array(select l.activity_uuid from liked l where l.place = caller.place) as liked,
       array(select r.activity_uuid from reposted r where r.place = caller.place) as reposted,
       array(select shown.uuid from shown
             where caller.hides
               and (exists (select from mutes m
                            where m.muter_uuid = caller.uuid and m.muted_uuid = shown.user_uuid offset 0)
                 or exists (select from blocks b
                            where b.blocker_uuid = caller.uuid and b.blocked_uuid = shown.user_uuid offset 0)
                 or exists (select from blocks b
                            where b.blocker_uuid = shown.user_uuid and b.blocked_uuid = caller.uuid offset 0))) as hidden
from caller
