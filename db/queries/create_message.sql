-- Writes the message $5, whose uuid is $4, for the caller $1 into the conversation $2 (uuid) or, where that is null, into the
-- one with the person whose handle is $3. $6 is an idempotency key (null: none) and $7 the SHA-256 of what was asked
-- (hexadecimal): under one key the first call within 24 hours writes, and one that is under way is waited for. A row: the
-- status and what is answered; 404 where the caller is no member, the other one is hidden, or a block stands between the two; nulls where the key
-- was used before, of which first_message tells. No row: there is no such user.
with caller as materialized (
  select uuid, display_name, handle, set_config('cruddur.caller', uuid::text, true) as setting
  from people
  where cognito_user_id = $1
), conversation as materialized (
  select k.message_group_uuid as uuid, k.other_user_uuid as other_uuid
  from caller
  join message_group_members k on k.user_uuid = caller.uuid
  where k.message_group_uuid = coalesce($2::uuid, (
    select g.uuid
    from caller me
    join people other on lower(other.handle) = lower($3 collate "C")
    join message_groups g on g.first_user_uuid = least(me.uuid, other.uuid)
                         and g.second_user_uuid = greatest(me.uuid, other.uuid)))
    and not exists (select from users h where h.uuid = k.other_user_uuid and h.hidden)
    and not exists (select from blocks b where b.blocker_uuid = k.user_uuid and b.blocked_uuid = k.other_user_uuid)
    and not exists (select from blocks b where b.blocker_uuid = k.other_user_uuid and b.blocked_uuid = k.user_uuid)
), key as (
  insert into idempotency_keys as kept (user_uuid, key, request_hash, message_uuid)
  select caller.uuid, $6::text, decode($7, 'hex'), $4::uuid
  from caller
  cross join conversation
  where $6::text is not null
  on conflict (user_uuid, key) do update
    set request_hash = excluded.request_hash, activity_uuid = null, message_uuid = excluded.message_uuid, created_at = now()
    where kept.created_at < now() - interval '24 hours'
  returning user_uuid
), created as (
  insert into messages (uuid, message_group_uuid, sender_uuid, receiver_uuid, message)
  select $4::uuid, conversation.uuid, caller.uuid, conversation.other_uuid, $5
  from caller
  cross join conversation
  where caller.setting is not null and ($6::text is null or exists (select from key))
  returning *
)
select case when created.uuid is not null then 200 when conversation.uuid is null then 404 end as status,
       case when created.uuid is null and conversation.uuid is null then 'not_found'
            when $2::uuid is null then format('{"message_group_uuid":"%s"}', created.message_group_uuid)
            else format('{"uuid":"%s","display_name":%s,"handle":%s,"message":%s,"created_at":"%s","message_group_uuid":"%s"}',
                        created.uuid, to_json(caller.display_name), to_json(caller.handle), to_json(created.message),
                        to_char(created.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                        created.message_group_uuid) end as body
from caller
left join conversation on true
left join created on true
