-- A page of the conversation $5 of the caller $1: its newest $2 messages behind the place ($3 created_at, $4 uuid), and one more
-- where there are older ones, the oldest of them first. Each row says whether the caller may see the conversation: is a member,
-- and the other one is not hidden, nor stands a block between the two. Who sent a message is one of these two, who are read once.
-- Where there is no message one row says that alone.
-- No row: the caller is no user.
with caller as materialized (
  select uuid, display_name, handle, set_config('cruddur.caller', uuid::text, true) as setting
  from people where cognito_user_id = $1
), conversation as materialized (
  select k.message_group_uuid as uuid, o.uuid as other_uuid, o.display_name, o.handle
  from message_group_members k
  join people o on o.uuid = k.other_user_uuid
  where k.message_group_uuid = $5::uuid and k.user_uuid = (select uuid from caller)
    and not exists (select from blocks b where b.blocker_uuid = k.user_uuid and b.blocked_uuid = k.other_user_uuid offset 0)
    and not exists (select from blocks b where b.blocker_uuid = k.other_user_uuid and b.blocked_uuid = k.user_uuid offset 0)
)
select c.uuid is not null as allowed, m.uuid,
       case m.sender_uuid when c.other_uuid then c.display_name when caller.uuid then caller.display_name end as display_name,
       case m.sender_uuid when c.other_uuid then c.handle when caller.uuid then caller.handle end as handle,
       m.message, m.created_at
from caller
left join conversation c on true
left join (
  select m.uuid, m.sender_uuid, m.message, m.created_at
  from messages m
  where (select setting from caller) is not null and m.message_group_uuid = (select uuid from conversation)
    and (m.created_at, m.uuid) < ($3::timestamptz, $4::uuid)
  order by m.created_at desc, m.uuid desc
  limit $2::int + 1
) m on true
order by m.created_at, m.uuid
