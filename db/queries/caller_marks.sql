-- Of the activities $2 (uuid[]), those that each of the users liked and reposted whose cognito_user_ids are $1 (text[]): a
-- row for each that there is, with the place in $1.
-- The arrays come out of subqueries, where the planner does not see how long they are: otherwise a plan for few elements
-- looked better to it than one for all, and each execution would be planned, which takes longer than to run it.
with caller as materialized (
  select c.place, u.uuid
  from unnest((select $1::text[])) with ordinality c(cognito_user_id, place)
  join users u on u.cognito_user_id = c.cognito_user_id
), shown as materialized (
  select unnest((select $2::uuid[])) as uuid
)
select caller.place,
       array(select l.activity_uuid from shown
             join activity_likes l on l.activity_uuid = shown.uuid and l.user_uuid = caller.uuid) as liked,
       array(select r.activity_uuid from shown
             join activity_reposts r on r.activity_uuid = shown.uuid and r.user_uuid = caller.uuid) as reposted
from caller
