-- Deletes at most $1 expired posts, with their replies: one short transaction. Does nothing while another node is at it
-- (the lock is the transaction's), and leaves out what someone else has locked. Nobody saw these posts any more, so
-- nobody is notified.
with turn as materialized (
  select pg_try_advisory_xact_lock(4567001) as ours, set_config('cruddur.notifies', 'later', true)
), expired as (
  select a.uuid
  from activities a
  where (select ours from turn) and a.expires_at <= now()
  order by a.expires_at
  limit $1
  for update skip locked
)
delete from activities a
using expired
where a.uuid = expired.uuid
