-- Closes the report $1 in the name of $2 ('': of who is logged in) and returns it; one that is closed stays as it is. No
-- row: there is none.
with closed as (
  update reports
  set closed_at = now(), closed_by = coalesce(nullif($2, ''), session_user)
  where uuid = $1::uuid and closed_at is null
  returning uuid, closed_at, closed_by
)
select r.uuid, to_json(coalesce(closed.closed_at, r.closed_at)) #>> '{}' as closed_at, coalesce(closed.closed_by, r.closed_by) as closed_by,
       closed.uuid is not null as just_now
from reports r
left join closed on true
where r.uuid = $1::uuid
