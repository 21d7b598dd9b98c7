-- Of the activities $2 (uuid[]), those that each of the users liked and reposted whose cognito_user_ids are $1 (text[]): a
-- row for each that there is, with the place in $1.
select caller.place,
       array(select l.activity_uuid from activity_likes l
             where l.activity_uuid = any($2::uuid[]) and l.user_uuid = u.uuid) as liked,
       array(select r.activity_uuid from activity_reposts r
             where r.activity_uuid = any($2::uuid[]) and r.user_uuid = u.uuid) as reposted
from unnest($1::text[]) with ordinality caller(cognito_user_id, place)
join users u on u.cognito_user_id = caller.cognito_user_id
