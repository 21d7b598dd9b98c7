-- A page of the home feed of the caller $1: the posts of those they follow, and their own, newest first: $2 of them (at most
-- 100) behind the place ($3 created_at, $4 uuid), and one more where there are more. Those the caller has muted are
-- left out, and so is who is hidden; nobody follows whom a block hides: see the triggers of blocks and follows. Beside an
-- activity's columns stands whether the caller has liked and reposted it.
-- Whoever follows many finds a page among the newest posts of all: 2,000 of them are looked at. Otherwise it is put together:
-- the newest posts of some people are by those whose own newest are the newest, so one post is read of everybody followed, where they
-- are more than a page has posts, and a page of each of so many people as a page has posts. No way reads more where more is posted.
with me as materialized (
  select u.uuid, u.following_count from people u where u.cognito_user_id = $1
), muted as materialized (
  select m.muted_uuid as uuid from me join mutes m on m.muter_uuid = me.uuid
), followed as materialized (
  select f.followed_uuid as uuid
  from me
  join follows f on f.follower_uuid = me.uuid
  where f.followed_uuid not in (select uuid from muted)
    and not exists (select from users h where h.uuid = f.followed_uuid and h.hidden)
  union all
  select uuid from me
), walked as materialized (
  select a.uuid, a.created_at
  from (
    select a.uuid, a.user_uuid, a.expires_at, a.created_at
    from activities a
    where (select following_count from me) >= 300
      and a.reply_to_activity_uuid is null and (a.created_at, a.uuid) < ($3::timestamptz, $4::uuid)
    order by a.created_at desc, a.uuid desc
    limit 2000
  ) a
  where (a.user_uuid in (select uuid from followed)) is true -- looked up row by row, not joined: so the order stays
    and (a.expires_at is null or a.expires_at > now())
  order by a.created_at desc, a.uuid desc
  limit $2::int + 1
), author as materialized (
  select uuid as user_uuid
  from followed
  where (select count(*) from walked) <= $2::int and (select count(*) from followed) <= $2::int + 1
  union all
  (select newest.user_uuid
   from followed
   cross join lateral (
     select a.user_uuid, a.created_at, a.uuid
     from activities a
     where a.user_uuid = followed.uuid and a.reply_to_activity_uuid is null
       and (a.expires_at is null or a.expires_at > now())
       and (a.created_at, a.uuid) < ($3::timestamptz, $4::uuid)
     order by a.created_at desc, a.uuid desc
     limit 1
   ) newest
   where (select count(*) from walked) <= $2::int and (select count(*) from followed) > $2::int + 1
   order by newest.created_at desc, newest.uuid desc
   limit $2::int + 1)
), found as materialized (
  select uuid, created_at from walked where (select count(*) from walked) > $2::int
  union all
  select own.uuid, own.created_at
  from author
  cross join lateral (
    select a.uuid, a.created_at
    from activities a
    where a.user_uuid = author.user_uuid and a.reply_to_activity_uuid is null
      and (a.expires_at is null or a.expires_at > now())
      and (a.created_at, a.uuid) < ($3::timestamptz, $4::uuid)
    order by a.created_at desc, a.uuid desc
    limit $2::int + 1
  ) own
)
select a.uuid, u.display_name, u.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
       a.reply_to_activity_uuid, a.expires_at, a.created_at,
       (select a.likes_count > 0
               and exists (select from activity_likes l where l.activity_uuid = a.uuid and l.user_uuid = me.uuid offset 0)
        from me) as liked,
       (select a.reposts_count > 0
               and exists (select from activity_reposts r where r.activity_uuid = a.uuid and r.user_uuid = me.uuid offset 0)
        from me) as reposted
from (select uuid, created_at from found order by created_at desc, uuid desc limit $2::int + 1) page
cross join lateral (select a.* from activities a where a.uuid = page.uuid offset 0) a
cross join lateral (select u.display_name, u.handle from people u where u.uuid = a.user_uuid offset 0) u
order by page.created_at desc, page.uuid desc
