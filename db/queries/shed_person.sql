-- Deletes some of what is left of whoever left first: at most $1 rows of each kind, so that nobody waits long for a row that is
-- locked here, and the person when nothing is left of them. Their posts are reap_expired's. Does nothing while another node is
-- at it (the lock is the transaction's). A row: whose, and whether that was the last. No row: nobody has left, or another node
-- is at it.
-- Posts are locked before people, each in the order of their uuids, as by everybody. The setting lets their messages be seen.
with turn as materialized (
  select pg_try_advisory_xact_lock(4567002) as ours
), leaver as materialized (
  select first.uuid, set_config('cruddur.caller', first.uuid::text, true) as setting
  from (
    select u.uuid
    from users u
    where (select ours from turn) and u.left_at is not null
    order by u.left_at
    limit 1
  ) first
), own_likes as materialized (
  select l.activity_uuid, l.user_uuid from activity_likes l where l.user_uuid = (select uuid from leaver) limit $1::int
), own_reposts as materialized (
  select r.activity_uuid, r.user_uuid from activity_reposts r where r.user_uuid = (select uuid from leaver) limit $1::int
), own_follows as materialized (
  (select f.follower_uuid, f.followed_uuid from follows f where f.follower_uuid = (select uuid from leaver) limit $1::int)
  union all
  (select f.follower_uuid, f.followed_uuid from follows f where f.followed_uuid = (select uuid from leaver) limit $1::int)
), posts as materialized (
  select a.uuid
  from activities a
  where a.uuid = any(array(select activity_uuid from own_likes union all select activity_uuid from own_reposts))
  order by a.uuid
  for no key update
), locked as materialized (
  select u.uuid
  from users u
  where u.uuid = any(array(select follower_uuid from own_follows union all select followed_uuid from own_follows))
    and (select count(*) from posts) >= 0
  order by u.uuid
  for no key update
), likes as (
  delete from activity_likes l
  using own_likes own
  where l.activity_uuid = own.activity_uuid and l.user_uuid = own.user_uuid and (select count(*) from locked) >= 0
), reposts as (
  delete from activity_reposts r
  using own_reposts own
  where r.activity_uuid = own.activity_uuid and r.user_uuid = own.user_uuid and (select count(*) from locked) >= 0
), ended_follows as (
  delete from follows f
  using own_follows own
  where f.follower_uuid = own.follower_uuid and f.followed_uuid = own.followed_uuid and (select count(*) from locked) >= 0
), ended_mutes as (
  delete from mutes m
  using ((select o.muter_uuid, o.muted_uuid from mutes o where o.muter_uuid = (select uuid from leaver) limit $1::int)
         union all
         (select o.muter_uuid, o.muted_uuid from mutes o where o.muted_uuid = (select uuid from leaver) limit $1::int)) own
  where m.muter_uuid = own.muter_uuid and m.muted_uuid = own.muted_uuid
), ended_blocks as (
  delete from blocks b
  using ((select o.blocker_uuid, o.blocked_uuid from blocks o where o.blocker_uuid = (select uuid from leaver) limit $1::int)
         union all
         (select o.blocker_uuid, o.blocked_uuid from blocks o where o.blocked_uuid = (select uuid from leaver) limit $1::int)) own
  where b.blocker_uuid = own.blocker_uuid and b.blocked_uuid = own.blocked_uuid
), forgotten_notifications as (
  delete from notifications n
  using (select o.activity_uuid, o.user_uuid, o.reason from notifications o
         where o.user_uuid = (select uuid from leaver) limit $1::int) own
  where n.activity_uuid = own.activity_uuid and n.user_uuid = own.user_uuid and n.reason = own.reason
), forgotten_keys as (
  delete from idempotency_keys k
  using (select o.user_uuid, o.key from idempotency_keys o where o.user_uuid = (select uuid from leaver) limit $1::int) own
  where k.user_uuid = own.user_uuid and k.key = own.key
), anonymous_reports as (
  update reports r
  set author_uuid = case when r.author_uuid <> own.person_uuid then r.author_uuid end,
      reporter_uuid = case when r.reporter_uuid <> own.person_uuid then r.reporter_uuid end
  from ((select o.uuid, o.author_uuid as person_uuid from reports o where o.author_uuid = (select uuid from leaver) limit $1::int)
        union
        (select o.uuid, o.reporter_uuid from reports o where o.reporter_uuid = (select uuid from leaver) limit $1::int)) own
  where r.uuid = own.uuid
), deleted_messages as (
  delete from messages m
  using (select o.uuid
         from message_group_members k
         cross join lateral (
           select o.uuid from messages o
           where (select setting from leaver) is not null and o.message_group_uuid = k.message_group_uuid
           limit $1::int
         ) o
         where k.user_uuid = (select uuid from leaver)
         limit $1::int) own
  where (select setting from leaver) is not null and m.uuid = own.uuid
), deleted_conversations as (
  delete from message_groups g
  using (select k.message_group_uuid as uuid
         from message_group_members k
         where k.user_uuid = (select uuid from leaver)
           and not exists (select from messages o
                           where (select setting from leaver) is not null and o.message_group_uuid = k.message_group_uuid)
         limit $1::int) own
  where g.uuid = own.uuid
), deleted as (
  delete from users u
  using leaver
  where u.uuid = leaver.uuid
    and not exists (select from activities a where a.user_uuid = leaver.uuid)
    and not exists (select from activity_likes l where l.user_uuid = leaver.uuid)
    and not exists (select from activity_reposts r where r.user_uuid = leaver.uuid)
    and not exists (select from follows f where f.follower_uuid = leaver.uuid)
    and not exists (select from follows f where f.followed_uuid = leaver.uuid)
    and not exists (select from mutes m where m.muter_uuid = leaver.uuid)
    and not exists (select from mutes m where m.muted_uuid = leaver.uuid)
    and not exists (select from blocks b where b.blocker_uuid = leaver.uuid)
    and not exists (select from blocks b where b.blocked_uuid = leaver.uuid)
    and not exists (select from notifications n where n.user_uuid = leaver.uuid)
    and not exists (select from idempotency_keys k where k.user_uuid = leaver.uuid)
    and not exists (select from reports r where r.author_uuid = leaver.uuid)
    and not exists (select from reports r where r.reporter_uuid = leaver.uuid)
    and not exists (select from message_group_members k where k.user_uuid = leaver.uuid)
  returning u.uuid
)
select leaver.uuid, exists (select from deleted) as gone
from leaver
