-- Of the activities $2 (uuid[]), those that each of the users liked and reposted whose cognito_user_ids are $1 (text[]), and
-- those that a list leaves out for that user, whose author is muted or on either side of a block: a row for each user that
-- there is, with the place in $1. For few users: each is looked up in the posts that anybody has liked or reposted, which
-- their counts tell. For many there is page_marks.
-- The arrays come out of subqueries, where the planner does not see how long they are: otherwise a plan for few elements
-- looked better to it than one for all, and each execution would be planned, which takes longer than to run it. `offset 0`
-- keeps it from reading all that a user has ever liked, reposted or blocked where a look for one is enough.
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
  join activities a using (uuid)
)
select caller.place,
       array(select shown.uuid from shown
             where shown.likes_count > 0
               and exists (select from activity_likes l where l.activity_uuid = shown.uuid and l.user_uuid = caller.uuid offset 0)) as liked,
       array(select shown.uuid from shown
             where shown.reposts_count > 0
               and exists (select from activity_reposts r where r.activity_uuid = shown.uuid and r.user_uuid = caller.uuid offset 0)) as reposted,
       array(select shown.uuid from shown
             where caller.hides
               and (exists (select from mutes m
                            where m.muter_uuid = caller.uuid and m.muted_uuid = shown.user_uuid offset 0)
                 or exists (select from blocks b
                            where b.blocker_uuid = caller.uuid and b.blocked_uuid = shown.user_uuid offset 0)
                 or exists (select from blocks b
                            where b.blocker_uuid = shown.user_uuid and b.blocked_uuid = caller.uuid offset 0))) as hidden
from caller
