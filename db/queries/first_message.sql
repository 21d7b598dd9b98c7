-- What create_message answered the caller $1 first under the key $2: a row of status and answer. 404 where that message was
-- deleted since, 422 where the key was used for something else than $3 (hexadecimal SHA-256 of what was asked). $4 is the
-- conversation's uuid, null where it was asked for by a handle. No row: there is no such user.
with caller as materialized (
  select uuid, display_name, handle, set_config('cruddur.caller', uuid::text, true) as setting
  from people
  where cognito_user_id = $1
)
select case when k.request_hash <> decode($3, 'hex') then 422 when m.uuid is null then 404 else 200 end as status,
       case when k.request_hash <> decode($3, 'hex') then 'idempotency_key_reused'
            when m.uuid is null then 'not_found'
            when $4::uuid is null then format('{"message_group_uuid":"%s"}', m.message_group_uuid)
            else format('{"uuid":"%s","display_name":%s,"handle":%s,"message":%s,"created_at":"%s","message_group_uuid":"%s"}',
                        m.uuid, to_json(caller.display_name), to_json(caller.handle), to_json(m.message),
                        to_char(m.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                        m.message_group_uuid) end as body
from caller
left join idempotency_keys k on k.user_uuid = caller.uuid and k.key = $2 and k.created_at > now() - interval '24 hours'
left join lateral (
  select m.uuid, m.message_group_uuid, m.message, m.created_at
  from messages m
  where (select setting from caller) is not null and m.uuid = k.message_uuid
) m on true
