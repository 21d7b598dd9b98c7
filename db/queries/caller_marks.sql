-- Of the activities $2 (uuid[]), those that each of the users liked and reposted whose cognito_user_ids are $1 (text[]), and
-- those that a list leaves out for that user, whose author is muted or on either side of a block: a row for each user that
-- there is, with the place in $1. Authors are only looked up where one of the users hides or is hidden from somebody.
-- The arrays come out of subqueries, where the planner does not see how long they are: otherwise a plan for few elements
-- looked better to it than one for all, and each execution would be planned, which takes longer than to run it.
with caller as materialized (
  select c.place, u.uuid,
         exists (select from mutes m where m.muter_uuid = u.uuid)
           or exists (select from blocks b where b.blocker_uuid = u.uuid)
           or exists (select from blocks b where b.blocked_uuid = u.uuid) as hides
  from unnest((select $1::text[])) with ordinality c(cognito_user_id, place)
  join users u on u.cognito_user_id = c.cognito_user_id
), shown as materialized (
  select unnest((select $2::uuid[])) as uuid
), author as materialized (
  select a.uuid as activity_uuid, a.user_uuid from shown join activities a using (uuid)
)
select caller.place,
       array(select l.activity_uuid from shown
             join activity_likes l on l.activity_uuid = shown.uuid and l.user_uuid = caller.uuid) as liked,
       array(select r.activity_uuid from shown
             join activity_reposts r on r.activity_uuid = shown.uuid and r.user_uuid = caller.uuid) as reposted,
       array(select author.activity_uuid from author
             where caller.hides
               and (exists (select from mutes m
                            where m.muter_uuid = caller.uuid and m.muted_uuid = author.user_uuid offset 0)
                 or exists (select from blocks b
                            where b.blocker_uuid = caller.uuid and b.blocked_uuid = author.user_uuid offset 0)
                 or exists (select from blocks b
                            where b.blocker_uuid = author.user_uuid and b.blocked_uuid = caller.uuid offset 0))) as hidden
from caller
