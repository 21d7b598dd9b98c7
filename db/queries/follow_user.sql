-- Has the caller $1 follow the person whose handle is $2: the outcome 200; 404 where there is nobody of that handle or a block
-- stands between the two; 422 for oneself. Whoever follows already is no error. No row: the caller is no user.
-- What a block of the same moment does to it: see the trigger follows_end_by_blocks.
-- Both people's rows are locked, in the order of their uuids, so that a follow and a block of the same two come one after the
-- other and neither ends the other's transaction.
with me as materialized (
  select u.uuid from users u where u.cognito_user_id = $1
), person as materialized (
  select u.uuid
  from users u
  where lower(u.handle) = lower($2 collate "C")
    and not exists (select from blocks b where b.blocker_uuid = u.uuid and b.blocked_uuid = (select uuid from me) offset 0)
    and not exists (select from blocks b where b.blocker_uuid = (select uuid from me) and b.blocked_uuid = u.uuid offset 0)
), locked as materialized (
  select u.uuid
  from users u
  -- An array, not a join: a join that is looked at again, after a wait for the lock, loses rows.
  where u.uuid = any(array(select uuid from me union all select uuid from person))
  order by u.uuid
  for no key update
), added as (
  insert into follows (follower_uuid, followed_uuid)
  select me.uuid, person.uuid
  from me
  cross join person
  where me.uuid <> person.uuid and (select count(*) from locked) = 2
  on conflict do nothing
)
select case when person.uuid is null then 404 when person.uuid = me.uuid then 422 else 200 end as status,
       case when person.uuid is null then 'not_found' when person.uuid = me.uuid then 'user_is_self' else '' end as code
from me
left join person on true
