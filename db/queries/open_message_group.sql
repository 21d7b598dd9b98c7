-- Opens the conversation of the caller $1 with the person whose handle is $2, where there is none: status 200, or 404 for
-- nobody and where a block stands between the two, or 422 for oneself. No row: there is no such user.
with caller as materialized (
  select uuid from people where cognito_user_id = $1
), other as materialized (
  select u.uuid, u.uuid = caller.uuid as self
  from caller
  cross join people u
  where lower(u.handle) = lower($2 collate "C")
    and not exists (select from blocks b where b.blocker_uuid = caller.uuid and b.blocked_uuid = u.uuid)
    and not exists (select from blocks b where b.blocker_uuid = u.uuid and b.blocked_uuid = caller.uuid)
), opened as (
  insert into message_groups (first_user_uuid, second_user_uuid)
  select least(caller.uuid, other.uuid), greatest(caller.uuid, other.uuid)
  from caller
  cross join other
  where not other.self
  on conflict do nothing
)
select case when other.self then 422 when other.uuid is not null then 200 else 404 end as status,
       case when other.self then 'user_is_self' when other.uuid is not null then '' else 'not_found' end as body
from caller
left join other on true
