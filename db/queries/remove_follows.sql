-- The opposite of add_follows, asked and answered as there, but for blocks: who does not follow is answered alike.
with asked as materialized (
  select a.place, me.uuid as follower_uuid, person.uuid as followed_uuid
  from unnest((select $1::text[]), (select $2::text[])) with ordinality a(cognito_user_id, handle, place)
  join people me on me.cognito_user_id = a.cognito_user_id
  left join people person on lower(person.handle) = lower(a.handle collate "C")
), locked as materialized (
  select u.uuid
  from people u
  where u.uuid = any(array(select follower_uuid from asked union all select followed_uuid from asked))
  order by u.uuid
  for no key update
), met as materialized (
  select asked.place, asked.follower_uuid, asked.followed_uuid
  from asked
  where asked.followed_uuid in (select uuid from locked)
), removed as (
  delete from follows f
  using met
  where f.follower_uuid = met.follower_uuid and f.followed_uuid = met.followed_uuid
)
select case when met.place is null then 404 when met.follower_uuid = met.followed_uuid then 422 else 200 end as status,
       case when met.place is null then 'not_found' when met.follower_uuid = met.followed_uuid then 'user_is_self' else '' end
         as code,
       asked.place
from asked
left join met using (place)
where asked.follower_uuid in (select uuid from locked)
