-- Creates the reply $1 of the user $2 (cognito_user_id) to the activity $3, message $4. Where there is an idempotency key
-- ($5, of this user; else null), with the SHA-256 of what was asked ($6, hexadecimal), only its first use within 24 hours
-- creates one: as in create_activity_once.
-- One row: the reply, null where none was created, and whether the activity is there for this user to reply to. No row:
-- there is no such user.
-- The locked parent stays, and no two replies to it wait for each other in another order. A reply lives as long as it does.
with author as materialized (
  select uuid, display_name, handle, set_config('cruddur.notifies', 'later', true) as setting
  from people
  where cognito_user_id = $2
), parent as materialized (
  select p.uuid, p.expires_at, author.uuid as author_uuid
  from author
  join activities p on p.uuid = $3::uuid and (p.expires_at is null or p.expires_at > now())
  where not exists (select from users h where h.uuid = p.user_uuid and h.hidden offset 0)
    and not exists (select from blocks b where b.blocker_uuid = author.uuid and b.blocked_uuid = p.user_uuid offset 0)
    and not exists (select from blocks b where b.blocker_uuid = p.user_uuid and b.blocked_uuid = author.uuid offset 0)
  for no key update of p
), key as (
  insert into idempotency_keys as kept (user_uuid, key, request_hash, activity_uuid)
  select parent.author_uuid, $5, decode($6, 'hex'), $1::uuid
  from parent
  where $5::text is not null
  on conflict (user_uuid, key) do update
    set request_hash = excluded.request_hash, activity_uuid = excluded.activity_uuid, created_at = now()
    where kept.created_at < now() - interval '24 hours'
  returning user_uuid
), created as (
  insert into activities (uuid, user_uuid, message, reply_to_activity_uuid, expires_at)
  select $1::uuid, parent.author_uuid, $4, parent.uuid, parent.expires_at
  from parent
  where $5::text is null or exists (select from key)
  returning *
)
select a.uuid, u.display_name, u.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
       a.reply_to_activity_uuid, a.expires_at, a.created_at, exists (select from parent) as has_parent
from author u
left join created a on true
