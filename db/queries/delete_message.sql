-- Deletes the message $3 of the conversation $2, which the caller $1 sent. A row: the status, and what is answered; 403 for
-- what the other one sent, 404 for what the caller cannot see. No row: there is no such user.
with caller as materialized (
  select uuid, set_config('cruddur.caller', uuid::text, true) as setting from people where cognito_user_id = $1
), seen as materialized (
  select m.uuid, m.sender_uuid
  from messages m
  where (select setting from caller) is not null and m.uuid = $3::uuid and m.message_group_uuid = $2::uuid
    and (select uuid from caller) in (m.sender_uuid, m.receiver_uuid)
), deleted as (
  delete from messages m
  using seen
  where (select setting from caller) is not null and m.uuid = seen.uuid and seen.sender_uuid = (select uuid from caller)
  returning m.uuid
)
select case when deleted.uuid is not null then 200 when seen.uuid is not null then 403 else 404 end as status,
       case when deleted.uuid is not null then format('{"uuid":"%s"}', deleted.uuid)
            when seen.uuid is not null then 'generic_403' else 'not_found' end as body
from caller
left join seen on true
left join deleted on true
