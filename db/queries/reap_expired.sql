-- Deletes at most $1 expired posts, and at most $1 of whoever has left, with their replies, likes and reposts: one short
-- transaction. Does nothing while another node is at it (the lock is the transaction's), and leaves out what someone else has
-- locked. Nobody saw these posts any more, so nobody is notified. No more than 50,000 reactions and 5,000 replies go at once: a
-- post that has more loses so many of them a turn, and goes with the last.
with turn as materialized (
  select pg_try_advisory_xact_lock(4567001) as ours, set_config('cruddur.notifies', 'later', true)
), expired as materialized (
  select a.uuid, a.expires_at, a.likes_count + a.reposts_count as reactions, a.replies_count as replies
  from activities a
  where (select ours from turn) and a.expires_at <= now()
  order by a.expires_at
  limit $1
  for update skip locked
), abandoned as materialized (
  select a.uuid, a.created_at as expires_at, a.likes_count + a.reposts_count as reactions, a.replies_count as replies
  from activities a
  where (select ours from turn)
    and a.user_uuid = (select u.uuid from users u where u.left_at is not null order by u.left_at limit 1)
  limit $1
  for update skip locked
), gone as (
  select * from expired union select * from abandoned
), quick as (
  select g.uuid, sum(g.reactions) over way as reactions, sum(g.replies) over way as replies
  from gone g
  where g.reactions <= 50000 and g.replies <= 5000
  window way as (order by g.expires_at, g.uuid)
), hot as materialized (
  select g.uuid from gone g where g.reactions > 50000 or g.replies > 5000 order by g.expires_at limit 1
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
using (select q.uuid from quick q where q.reactions <= 50000 and q.replies <= 5000
       union
       (select r.uuid from hot join activities r on r.reply_to_activity_uuid = hot.uuid limit 5000)) doomed
where a.uuid = doomed.uuid
