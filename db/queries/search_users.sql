-- A page of the users whose handle begins with $6 or whose display name begins with $5, in whatever case, as the caller $1 sees
-- it: $2 of them (at most 100) behind the place ($3 created_at, $4 uuid), the newest first, but before all the one whose handle
-- is $6, for whom an hour that is never reached stands as the time. Whoever a block hides from the caller is left out. The body
-- is null where the caller is no user.
-- Both indexes know an order of names and none of time: so of more than 1,000 who begin so by handle or by name the first in
-- that order are looked at. What begins with a text lies between it and it with the last of all characters behind.
with me as materialized (
  select u.uuid from people u where u.cognito_user_id = $1
), found as materialized (
  (select u.uuid, u.handle, u.display_name, u.created_at
   from people u
   where $6 <> '' and lower(u.handle) >= lower($6 collate "C") and lower(u.handle) < lower($6 collate "C") || U&'\+10FFFF'
   order by lower(u.handle)
   limit 1000)
  union
  (select u.uuid, u.handle, u.display_name, u.created_at
   from people u
   where lower(u.display_name) collate "C" >= lower($5) and lower(u.display_name) collate "C" < lower($5) || U&'\+10FFFF'
   order by lower(u.display_name) collate "C", u.uuid
   limit 1000)
), page as materialized (
  select newest.*, row_number() over (order by newest.created_at desc, newest.uuid desc) as place
  from (
    select u.*
    from (
      select found.uuid, found.handle, found.display_name,
             case when lower(found.handle) = lower($6 collate "C") then '9999-12-31T23:59:59Z' else found.created_at end as created_at
      from found
    ) u
    where (u.created_at, u.uuid) < ($3::timestamptz, $4::uuid)
      and not exists (select from blocks b where b.blocker_uuid = u.uuid and b.blocked_uuid = (select uuid from me) offset 0)
      and not exists (select from blocks b where b.blocker_uuid = (select uuid from me) and b.blocked_uuid = u.uuid offset 0)
    order by u.created_at desc, u.uuid desc
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
from (select) once
left join page last on last.place = $2::int and exists (select from page p where p.place > $2::int)
