-- The conversation of the caller $1 with the person whose handle is $2: whether there is such a person whom the caller may write to
-- (nobody who is hidden, nor whom a block stands between), and its uuid, null where it has not begun. No row: the caller is no user.
with caller as materialized (
  select uuid from people where cognito_user_id = $1
), other as materialized (
  select u.uuid
  from caller
  join people u on u.uuid <> caller.uuid
  where lower(u.handle) = lower($2 collate "C") and not exists (select from public.kept_apart(caller.uuid, u.uuid))
)
select exists (select from other) as allowed,
       (select g.uuid
        from other
        join message_groups g on g.first_user_uuid = least(caller.uuid, other.uuid)
                             and g.second_user_uuid = greatest(caller.uuid, other.uuid)) as uuid
from caller
