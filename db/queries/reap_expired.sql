-- Deletes at most $1 expired posts, with their replies, likes and reposts: one short transaction. Does nothing while another
-- node is at it (the lock is the transaction's), and leaves out what someone else has locked. Nobody saw these posts any
-- more, so nobody is notified. No more than 50,000 reactions go at once: a post that has more loses so many of them a turn,
-- and goes with the last.
with turn as materialized (
  select pg_try_advisory_xact_lock(4567001) as ours, set_config('cruddur.notifies', 'later', true)
), expired as materialized (
  select a.uuid, a.expires_at, a.likes_count + a.reposts_count as reactions
  from activities a
  where (select ours from turn) and a.expires_at <= now()
  order by a.expires_at
  limit $1
  for update skip locked
), quick as (
  select e.uuid, sum(e.reactions) over (order by e.expires_at, e.uuid) as reactions
  from expired e
  where e.reactions <= 50000
), hot as materialized (
  select e.uuid from expired e where e.reactions > 50000 order by e.expires_at limit 1
), likes as (
  delete from activity_likes l
  using (select l.activity_uuid, l.user_uuid
         from hot
         join activity_likes l on l.activity_uuid = hot.uuid
         limit 50000) lost
  where l.activity_uuid = lost.activity_uuid and l.user_uuid = lost.user_uuid
), reposts as (
  delete from activity_reposts r
  using (select r.activity_uuid, r.user_uuid
         from hot
         join activity_reposts r on r.activity_uuid = hot.uuid
         limit 50000) lost
  where r.activity_uuid = lost.activity_uuid and r.user_uuid = lost.user_uuid
)
delete from activities a
using quick
where a.uuid = quick.uuid and quick.reactions <= 50000
