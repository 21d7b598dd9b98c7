-- create_activity under an idempotency key ($4, of this user), with the SHA-256 of what was asked ($5, hexadecimal). The
-- first call within 24 hours creates the post, keeps its uuid and returns one row. Any other returns no row, as it
-- does where there is no such user: first_answer tells which. A call under the same key that is under way is waited for.
with author as (
  select uuid, display_name, handle, set_config('cruddur.notifies', 'later', true)
  from users
  where cognito_user_id = $1
), post as (
  select gen_random_uuid() as uuid, now() as created_at, now() + $3::interval as expires_at, $2 as message,
         0 as replies_count, 0 as reposts_count, 0 as likes_count, null::uuid as reply_to_activity_uuid
), answer as (
  select u.uuid as user_uuid, format(
           '{"uuid":"%s","display_name":%s,"handle":%s,"message":%s,"replies_count":%s,"reposts_count":%s,"likes_count":%s,'
           '"reply_to_activity_uuid":%s,"expires_at":%s,"created_at":"%s","replies":[],"liked":%s,"reposted":%s}',
           a.uuid, to_json(u.display_name), to_json(u.handle), to_json(a.message), a.replies_count, a.reposts_count,
           a.likes_count, coalesce('"' || a.reply_to_activity_uuid || '"', 'null'),
           coalesce(to_char(a.expires_at at time zone 'utc', '"\""YYYY-MM-DD"T"HH24":"MI":"SS.US"Z\""'), 'null'),
           to_char(a.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24":"MI":"SS.US"Z"'),
           'false', 'false') as body
  from author u
  cross join post a
), key as (
  insert into idempotency_keys as kept (user_uuid, key, request_hash, activity_uuid)
  select answer.user_uuid, $4, decode($5, 'hex'), post.uuid
  from answer
  cross join post
  on conflict (user_uuid, key) do update
    set request_hash = excluded.request_hash, activity_uuid = excluded.activity_uuid, created_at = now()
    where kept.created_at < now() - interval '24 hours'
  returning user_uuid
), created as (
  insert into activities (uuid, user_uuid, message, expires_at, created_at)
  select post.uuid, key.user_uuid, post.message, post.expires_at, post.created_at
  from key
  cross join post
  returning uuid
)
select answer.body
from answer
cross join created
