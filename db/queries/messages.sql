-- A page of a conversation of the caller $1: the newest $2 messages behind the place ($3 created_at, $4 uuid), the oldest
-- of them first; and the oldest one's place where there are older ones. It is the conversation $5 (uuid) or, where that is
-- '', the one with the person whose handle is $6, which has no message where it has not begun. A null body: there is no such
-- user. No row: the caller is no member, nobody has that handle, or the other one is hidden or a block stands between the two.
with caller as materialized (
  select uuid, set_config('cruddur.caller', uuid::text, true) as setting from people where cognito_user_id = $1
), other as materialized (
  select u.uuid
  from caller
  join people u on u.uuid <> caller.uuid
  where lower(u.handle) = lower($6 collate "C")
), conversation as materialized (
  select k.message_group_uuid as uuid, k.other_user_uuid as other_uuid
  from caller
  join message_group_members k on k.user_uuid = caller.uuid
  where k.message_group_uuid = coalesce(nullif($5, '')::uuid, (
    select g.uuid
    from caller me
    cross join other
    join message_groups g on g.first_user_uuid = least(me.uuid, other.uuid)
                         and g.second_user_uuid = greatest(me.uuid, other.uuid)))
), party as materialized (
  select p.uuid
  from caller
  cross join (select other_uuid as uuid from conversation union select uuid from other) p
  where not exists (select from users h where h.uuid = p.uuid and h.hidden)
    and not exists (select from blocks b where b.blocker_uuid = caller.uuid and b.blocked_uuid = p.uuid)
    and not exists (select from blocks b where b.blocker_uuid = p.uuid and b.blocked_uuid = caller.uuid)
), page as materialized (
  select m.uuid, u.display_name, u.handle, m.message, m.created_at,
         row_number() over (order by m.created_at desc, m.uuid desc) as place
  from (
    select m.uuid, m.sender_uuid, m.message, m.created_at
    from messages m
    where (select setting from caller) is not null and m.message_group_uuid = (select uuid from conversation)
      and (m.created_at, m.uuid) < ($3::timestamptz, $4::uuid)
    order by m.created_at desc, m.uuid desc
    limit $2::int + 1
  ) m
  join people u on u.uuid = m.sender_uuid
)
select case when exists (select from caller) then (
         select '[' || coalesce(string_agg(format(
                  '{"uuid":"%s","display_name":%s,"handle":%s,"message":%s,"created_at":"%s"}', p.uuid,
                  to_json(p.display_name), to_json(p.handle), to_json(p.message),
                  to_char(p.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')),
                ',' order by p.place desc), '') || ']'
         from page p
         where p.place <= $2::int) end as body,
       last.created_at, last.uuid
from (select) one
left join page last on last.place = $2::int and exists (select from page more where more.place > $2::int)
where exists (select from party) or not exists (select from caller)
