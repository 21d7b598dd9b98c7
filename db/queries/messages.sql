-- For each of the callers whose cognito_user_ids are $1 (text[]) a page of the conversation whose uuid has the same place in $2
-- (text[]): its newest $3 messages behind the place ($4 created_at, $5 uuid), and one more where there are older ones, newest
-- first. The caller's place comes first, by which the rows are in order. Each row says whether the caller may see the
-- conversation: is a member, and the other one is not hidden, nor stands a block between the two. Who sent a message is one of
-- these two, who are read once. Where there is no message one row says that alone; of a caller who is no user there is none.
-- Each caller's messages are read under the policy for that caller: the setting is made anew before them, and a nested loop has
-- read the last of one's before it makes the next one's. The bounds on user_uuid are an equality by which the planner takes the key
-- of the two columns, and not the list of all of a person's conversations.
select caller.place, c.uuid is not null as allowed, m.uuid,
       case m.sender_uuid when c.other_uuid then c.display_name when caller.uuid then caller.display_name end as display_name,
       case m.sender_uuid when c.other_uuid then c.handle when caller.uuid then caller.handle end as handle,
       m.message, m.created_at
from (
  select asked.place, asked.group_uuid::uuid as group_uuid, u.uuid, u.display_name, u.handle,
         set_config('cruddur.caller', u.uuid::text, true) as setting
  from unnest((select $1::text[]), (select $2::text[])) with ordinality asked(cognito_user_id, group_uuid, place)
  join people u on u.cognito_user_id = asked.cognito_user_id
) caller
left join lateral (
  select k.message_group_uuid as uuid, o.uuid as other_uuid, o.display_name, o.handle
  from message_group_members k
  join people o on o.uuid = k.other_user_uuid
  where k.message_group_uuid = caller.group_uuid and k.user_uuid between caller.uuid and caller.uuid
    and not exists (select from blocks b where b.blocker_uuid = k.user_uuid and b.blocked_uuid = k.other_user_uuid offset 0)
    and not exists (select from blocks b where b.blocker_uuid = k.other_user_uuid and b.blocked_uuid = k.user_uuid offset 0)
) c on true
left join lateral (
  select m.uuid, m.sender_uuid, m.message, m.created_at
  from messages m
  where caller.setting is not null and m.message_group_uuid = c.uuid
    and (m.created_at, m.uuid) < ($4::timestamptz, $5::uuid)
  order by m.created_at desc, m.uuid desc
  limit $3::int + 1
) m on true
