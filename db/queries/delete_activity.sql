-- Deletes the activity $2, whose author is the caller $1, and with it its replies. One row: the status, 404 where the caller
-- may see no such activity and 403 where it is another's, and the body. No row: there is no such user.
-- Whoever deletes a reply locks its parent first, as whoever replies to it does.
with caller as materialized (
  select uuid, set_config('cruddur.notifies', 'later', true) as setting from people where cognito_user_id = $1
), seen as materialized (
  select a.uuid, a.user_uuid, a.reply_to_activity_uuid
  from caller
  join activities a on a.uuid = $2::uuid and (a.expires_at is null or a.expires_at > now())
  where not exists (select from users h where h.uuid = a.user_uuid and h.hidden offset 0)
    and not exists (select from blocks b where b.blocker_uuid = caller.uuid and b.blocked_uuid = a.user_uuid offset 0)
    and not exists (select from blocks b where b.blocker_uuid = a.user_uuid and b.blocked_uuid = caller.uuid offset 0)
), parent as materialized (
  select p.uuid
  from activities p
  where p.uuid = (select s.reply_to_activity_uuid from seen s join caller c on c.uuid = s.user_uuid)
  for no key update
), deleted as (
  delete from activities a
  using seen, caller
  where a.uuid = seen.uuid and a.user_uuid = caller.uuid and (select count(*) from parent) >= 0
  returning a.uuid
)
select case
         when d.uuid is not null then 200
         when s.user_uuid <> c.uuid then 403
         else 404 -- also where somebody else's request has just deleted it
       end as status,
       case
         when d.uuid is not null then format('{"uuid":"%s"}', d.uuid)
         when s.user_uuid <> c.uuid then 'generic_403'
         else 'not_found'
       end as body
from caller c
left join seen s on true
left join deleted d on true
