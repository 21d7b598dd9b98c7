-- create_activity of one post $1 of the user $2, message $3, time to live $4, under an idempotency key ($5, of this user),
-- with the SHA-256 of what was asked ($6, hexadecimal). The first call within 24 hours creates the post, keeps its uuid and
-- returns one row. Any other returns no row, as it does where there is no such user: first_answer tells which. A call under
-- the same key that is under way is waited for.
with author as (
  select uuid, display_name, handle, set_config('cruddur.notifies', 'later', true)
  from people
  where cognito_user_id = $2
), key as (
  insert into idempotency_keys as kept (user_uuid, key, request_hash, activity_uuid)
  select author.uuid, $5, decode($6, 'hex'), $1::uuid
  from author
  on conflict (user_uuid, key) do update
    set request_hash = excluded.request_hash, activity_uuid = excluded.activity_uuid, message_uuid = null,
        created_at = now()
    where kept.created_at < now() - interval '24 hours'
  returning user_uuid
), created as (
  insert into activities (uuid, user_uuid, message, expires_at)
  select $1::uuid, user_uuid, $3, now() + $4::interval
  from key
  returning *
)
select a.uuid, u.display_name, u.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
       a.reply_to_activity_uuid, a.expires_at, a.created_at
from created a
cross join author u
