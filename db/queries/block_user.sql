-- Has the caller $1 block the person whose handle is $2: the outcome 200; 404 where there is nobody of that handle or they have
-- blocked the caller; 422 for oneself. Whoever has blocked already is no error. A trigger ends follows, both ways. No row: the
-- caller is no user.
-- Both people's rows are locked, in the order of their uuids, so that a follow and a block of the same two come one after the
-- other, neither ends the other's transaction, and who is gone after the wait is seen to be.
with me as materialized (
  select u.uuid from people u where u.cognito_user_id = $1
), person as materialized (
  select u.uuid
  from people u
  where lower(u.handle) = lower($2 collate "C")
    and not exists (select from blocks b where b.blocker_uuid = u.uuid and b.blocked_uuid = (select uuid from me) offset 0)
), locked as materialized (
  select u.uuid
  from people u
  -- An array, not a join: a join that is looked at again, after a wait for the lock, loses rows.
  where u.uuid = any(array(select uuid from me union all select uuid from person))
  order by u.uuid
  for no key update
), added as (
  insert into blocks (blocker_uuid, blocked_uuid)
  select me.uuid, person.uuid
  from me
  cross join person
  where me.uuid <> person.uuid and (select count(*) from locked) = 2
  on conflict do nothing
)
select case when there.uuid is null then 404 when person.uuid = me.uuid then 422 else 200 end as status,
       case when there.uuid is null then 'not_found' when person.uuid = me.uuid then 'user_is_self' else '' end as code
from me
left join person on true
left join locked there on there.uuid = person.uuid
where me.uuid in (select uuid from locked)
