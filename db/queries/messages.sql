-- A page of the conversation $5 of the caller $1: its newest $2 messages behind the place ($3 created_at, $4 uuid), and one more
-- where there are older ones, the oldest of them first. Each row says whether the caller may see the conversation: is a member,
-- and the other one is not hidden, nor stands a block between the two. Where there is no message one row says that alone.
-- No row: the caller is no user.
with caller as materialized (
  select uuid, set_config('cruddur.caller', uuid::text, true) as setting from people where cognito_user_id = $1
), conversation as materialized (
  select k.message_group_uuid as uuid
  from message_group_members k
  where k.message_group_uuid = $5::uuid and k.user_uuid = (select uuid from caller)
    and not exists (select from users h where h.uuid = k.other_user_uuid and h.hidden offset 0)
    and not exists (select from blocks b where b.blocker_uuid = k.user_uuid and b.blocked_uuid = k.other_user_uuid offset 0)
    and not exists (select from blocks b where b.blocker_uuid = k.other_user_uuid and b.blocked_uuid = k.user_uuid offset 0)
)
select exists (select from conversation) as allowed, m.uuid, u.display_name, u.handle, m.message, m.created_at
from caller
left join (
  select m.uuid, m.sender_uuid, m.message, m.created_at
  from messages m
  where (select setting from caller) is not null and m.message_group_uuid = (select uuid from conversation)
    and (m.created_at, m.uuid) < ($3::timestamptz, $4::uuid)
  order by m.created_at desc, m.uuid desc
  limit $2::int + 1
) m on true
left join people u on u.uuid = m.sender_uuid
order by m.created_at, m.uuid
