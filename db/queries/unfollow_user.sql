-- Ends that the caller $1 follows the person whose handle is $2: the outcome 200, also where they did not; 404 where there is
-- nobody of that handle; 422 for oneself. No row: the caller is no user.
-- Both people's rows are locked before the follow, as in follow_user: so the two wait for one another and do not deadlock.
with me as materialized (
  select u.uuid from users u where u.cognito_user_id = $1
), person as materialized (
  select u.uuid from users u where lower(u.handle) = lower($2 collate "C")
), locked as materialized (
  select u.uuid
  from users u
  -- An array, not a join: a join that is looked at again, after a wait for the lock, loses rows.
  where u.uuid = any(array(select uuid from me union all select uuid from person))
  order by u.uuid
  for no key update
), removed as (
  delete from follows r
  using me, person
  where r.follower_uuid = me.uuid and r.followed_uuid = person.uuid and (select count(*) from locked) = 2
)
select case when person.uuid is null then 404 when person.uuid = me.uuid then 422 else 200 end as status,
       case when person.uuid is null then 'not_found' when person.uuid = me.uuid then 'user_is_self' else '' end as code
from me
left join person on true
