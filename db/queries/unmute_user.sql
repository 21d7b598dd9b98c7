-- Ends that the caller $1 has muted the person whose handle is $2: the outcome 200, also where they had not; 404 where there is
-- nobody of that handle; 422 for oneself. No row: the caller is no user.
with me as materialized (
  select u.uuid from people u where u.cognito_user_id = $1
), person as materialized (
  select u.uuid from people u where lower(u.handle) = lower($2 collate "C")
), removed as (
  delete from mutes r
  using me, person
  where r.muter_uuid = me.uuid and r.muted_uuid = person.uuid
)
select case when person.uuid is null then 404 when person.uuid = me.uuid then 422 else 200 end as status,
       case when person.uuid is null then 'not_found' when person.uuid = me.uuid then 'user_is_self' else '' end as code
from me
left join person on true
