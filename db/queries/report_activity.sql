-- The caller $1 reports the post or reply $2 for the reason $3: the report holds its text as it is now. Once a caller and
-- post; who reports it again is answered the same, and the first report stays as it was. A row: the status, and what is
-- answered; 404 where there is no such post, it has expired or a block stands between the two. No row: there is no such
-- user.
with caller as materialized (
  select uuid from people where cognito_user_id = $1
), post as materialized (
  select a.uuid, a.user_uuid, a.message
  from caller
  cross join activities a
  where a.uuid = $2::uuid and (a.expires_at is null or a.expires_at > now())
    and not exists (select from users h where h.uuid = a.user_uuid and h.hidden)
    and not exists (select from blocks b where b.blocker_uuid = caller.uuid and b.blocked_uuid = a.user_uuid)
    and not exists (select from blocks b where b.blocker_uuid = a.user_uuid and b.blocked_uuid = caller.uuid)
), reported as (
  insert into reports (activity_uuid, author_uuid, reporter_uuid, reason, message)
  select post.uuid, post.user_uuid, caller.uuid, $3, post.message
  from caller
  cross join post
  on conflict do nothing
)
select case when post.uuid is null then 404 else 200 end as status,
       case when post.uuid is null then 'not_found' else format('{"uuid":"%s"}', post.uuid) end as body
from caller
left join post on true
