-- A page of those followed by the person whose handle is $5, newest first, as the caller $1 sees it: $2 of
-- them (at most 100) behind the place ($3 created_at, $4 uuid). Whoever a block hides from the caller is left out. No row: there
-- is no such person, or they have blocked the caller. The body is null where the caller is no user.
with me as materialized (
  select u.uuid from people u where u.cognito_user_id = $1
), person as materialized (
  select u.uuid
  from people u
  where lower(u.handle) = lower($5 collate "C")
    and not exists (select from blocks b where b.blocker_uuid = u.uuid and b.blocked_uuid = (select uuid from me) offset 0)
), page as materialized (
  select newest.*, row_number() over (order by newest.created_at desc, newest.uuid desc) as place
  from (
    select u.uuid, u.handle, u.display_name, f.created_at
    from follows f
    join people u on u.uuid = f.followed_uuid
    where f.follower_uuid = (select uuid from person)
      and (f.created_at, f.followed_uuid) < ($3::timestamptz, $4::uuid)
      and not exists (select from blocks b where b.blocker_uuid = f.followed_uuid and b.blocked_uuid = (select uuid from me) offset 0)
      and not exists (select from blocks b where b.blocker_uuid = (select uuid from me) and b.blocked_uuid = f.followed_uuid offset 0)
    order by f.created_at desc, f.followed_uuid desc
    limit $2::int + 1
  ) newest
)
select case when $1 is null or exists (select from me) then
         (select '[' || coalesce(string_agg(format('{"uuid":"%s","handle":%s,"display_name":%s}',
                                                   p.uuid, to_json(p.handle), to_json(p.display_name)), ',' order by p.place), '')
                     || ']'
          from page p
          where p.place <= $2::int)
       end as body, last.created_at, last.uuid
from person
left join page last on last.place = $2::int and exists (select from page p where p.place > $2::int)
