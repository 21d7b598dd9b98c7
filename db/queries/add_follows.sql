-- Follows: $1 whose each is (text[], cognito_user_ids), $2 the handle of whom they follow (text[]). Who follows already is
-- answered alike. A row for each whose user there is: the outcome 200; 404 where there is nobody of that handle or a block stands
-- between the two; 422 for oneself; and the place in the arrays.
-- What a block of the same moment does to it: see the trigger follows_end_by_blocks.
-- All people's rows are locked, in the order of their uuids, so that a follow and a block of the same two come one after the other,
-- neither ends the other's transaction, and whoever is gone after the wait is seen to be.
with asked as materialized (
  select a.place, me.uuid as follower_uuid, person.uuid as followed_uuid
  from unnest((select $1::text[]), (select $2::text[])) with ordinality a(cognito_user_id, handle, place)
  join people me on me.cognito_user_id = a.cognito_user_id
  left join people person on lower(person.handle) = lower(a.handle collate "C")
), locked as materialized (
  select u.uuid
  from people u
  -- An array, not a join: a join that is looked at again, after a wait for the lock, loses rows.
  where u.uuid = any(array(select follower_uuid from asked union all select followed_uuid from asked))
  order by u.uuid
  for no key update
), met as materialized (
  select asked.place, asked.follower_uuid, asked.followed_uuid
  from asked
  where asked.followed_uuid in (select uuid from locked)
    and not exists (select from blocks b
                    where b.blocker_uuid = asked.followed_uuid and b.blocked_uuid = asked.follower_uuid offset 0)
    and not exists (select from blocks b
                    where b.blocker_uuid = asked.follower_uuid and b.blocked_uuid = asked.followed_uuid offset 0)
), added as (
  insert into follows (follower_uuid, followed_uuid)
  select met.follower_uuid, met.followed_uuid
  from met
  where met.follower_uuid <> met.followed_uuid
  on conflict do nothing
)
select case when met.place is null then 404 when met.follower_uuid = met.followed_uuid then 422 else 200 end as status,
       case when met.place is null then 'not_found' when met.follower_uuid = met.followed_uuid then 'user_is_self' else '' end
         as code,
       asked.place
from asked
left join met using (place)
where asked.follower_uuid in (select uuid from locked)
