-- Marks what the caller $1 got in the conversation $2 up to the time $3 as read; it never moves back. A row: the status, and
-- how many are unread; 404 where the caller is no member, the other one is hidden, or a block stands between the two. No row: there is no such user.
with caller as materialized (
  select uuid from people where cognito_user_id = $1
), marked as (
  update message_group_members k
  set read_until = least($3::timestamptz, now())
  where k.user_uuid = (select uuid from caller) and k.message_group_uuid = $2::uuid
    and not exists (select from users h where h.uuid = k.other_user_uuid and h.hidden)
    and not exists (select from blocks b where b.blocker_uuid = k.user_uuid and b.blocked_uuid = k.other_user_uuid)
    and not exists (select from blocks b where b.blocker_uuid = k.other_user_uuid and b.blocked_uuid = k.user_uuid)
  returning k.unread_count
)
select case when marked.unread_count is null then 404 else 200 end as status,
       case when marked.unread_count is null then 'not_found'
            else format('{"unread_count":%s}', marked.unread_count) end as body
from caller
left join marked on true
