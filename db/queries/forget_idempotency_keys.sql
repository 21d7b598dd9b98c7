-- Deletes at most $1 idempotency keys whose 24 hours are over, leaving out what another node is at.
delete from idempotency_keys k
using (
  select user_uuid, key
  from idempotency_keys
  where created_at < now() - interval '24 hours'
  order by created_at
  limit $1
  for update skip locked
) old
where k.user_uuid = old.user_uuid and k.key = old.key
