-- A like of one of the first :posts posts, and its count: in tables that have no trigger, no foreign key and no other index.
\set person random(1, 1000000000)
\set target random(1, :posts)
with added as (
  insert into bench.likes (activity_uuid, user_uuid)
  select t.uuid, lpad(:person::text, 32, '0')::uuid from bench.targets t where t.number = :target
  on conflict do nothing
  returning activity_uuid
)
update bench.posts p set likes_count = likes_count + 1 from added where p.uuid = added.activity_uuid
