-- Deletes the post or reply $1, with its replies, and returns whose it was. The parent of a reply is locked first: always
-- posts before people. No row: there is none.
with parent as materialized (
  select p.uuid
  from activities p
  where p.uuid = (select a.reply_to_activity_uuid from activities a where a.uuid = $1::uuid)
  for no key update
)
delete from activities a
using users u
where a.uuid = $1::uuid and u.uuid = a.user_uuid and u.left_at is null and (select count(*) from parent) >= 0
returning a.uuid, u.handle, a.message,
          (select count(*) from reports r where r.activity_uuid = a.uuid and r.closed_at is null) as open_reports
