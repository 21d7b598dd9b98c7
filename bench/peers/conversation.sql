-- The newest page of a conversation of the caller's.
\set target random(1, :conversations)
select coalesce(json_agg(row_to_json(page)), '[]')
from (
  select m.uuid, u.display_name, u.handle, m.message, m.created_at
  from bench.conversations c
  join public.users me on me.cognito_user_id = c.caller
  join public.message_group_members k on k.message_group_uuid = c.uuid and k.user_uuid = me.uuid
  join public.messages m on m.message_group_uuid = k.message_group_uuid
  join public.users u on u.uuid = m.sender_uuid
  where c.number = :target
    and not exists (select from public.blocks b where b.blocker_uuid = k.user_uuid and b.blocked_uuid = k.other_user_uuid)
    and not exists (select from public.blocks b where b.blocker_uuid = k.other_user_uuid and b.blocked_uuid = k.user_uuid)
  order by m.created_at desc, m.uuid desc
  limit 20
) page
