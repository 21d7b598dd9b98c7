-- A page of the conversations of the caller $1, that with the newest message first: $2 of them behind the place ($3
-- last_message_at, $4 uuid), each with the other party and its newest message; and the last one's place where there are
-- more. A conversation with somebody who is hidden, or whom a block stands between, is left out. A null body: there is no such user.
with caller as materialized (
  select uuid, set_config('cruddur.caller', uuid::text, true) as setting from people where cognito_user_id = $1
), page as materialized (
  select k.message_group_uuid as uuid, other.display_name, other.handle, newest.message, k.last_message_at, k.unread_count,
         row_number() over (order by k.last_message_at desc, k.message_group_uuid desc) as place
  from (
    select k.message_group_uuid, k.other_user_uuid, k.last_message_at, k.unread_count
    from message_group_members k
    where k.user_uuid = (select uuid from caller)
      and (k.last_message_at, k.message_group_uuid) < ($3::timestamptz, $4::uuid)
      and not exists (select from users h where h.uuid = k.other_user_uuid and h.hidden offset 0)
      and not exists (select from blocks b where b.blocker_uuid = k.user_uuid and b.blocked_uuid = k.other_user_uuid offset 0)
      and not exists (select from blocks b where b.blocker_uuid = k.other_user_uuid and b.blocked_uuid = k.user_uuid offset 0)
    order by k.last_message_at desc, k.message_group_uuid desc
    limit $2::int + 1
  ) k
  join people other on other.uuid = k.other_user_uuid
  cross join lateral (
    select m.message
    from messages m
    where (select setting from caller) is not null and m.message_group_uuid = k.message_group_uuid
    order by m.created_at desc, m.uuid desc
    limit 1
  ) newest
)
select case when exists (select from caller) then (
         select '[' || coalesce(string_agg(format(
                  '{"uuid":"%s","display_name":%s,"handle":%s,"message":%s,"created_at":"%s","unread_count":%s}', p.uuid,
                  to_json(p.display_name), to_json(p.handle), to_json(p.message),
                  to_char(p.last_message_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), p.unread_count),
                ',' order by p.place), '') || ']'
         from page p
         where p.place <= $2::int) end as body,
       last.last_message_at, last.uuid
from (select) one
left join page last on last.place = $2::int and exists (select from page more where more.place > $2::int)
