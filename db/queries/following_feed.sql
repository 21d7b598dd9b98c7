-- For each of the users whose cognito_user_ids are $1 (text[]) a page of their home feed: the posts of those they follow, and their
-- own, newest first: $2 of them (at most 100) behind the place ($3 created_at, $4 uuid), and one more where there are more. The
-- user's place in $1 comes first, by which the rows are in order; of a user who has no such post there is one row, which says
-- that alone. Those the user has muted are left out, and so is who is hidden; nobody follows whom a block hides: see the triggers
-- of blocks and follows. Beside an activity's columns stands whether the user has liked and reposted it.
-- Whoever follows many finds a page among the newest posts of all: 2,000 of them are looked at. Otherwise it is put together:
-- the newest posts of some people are by those whose own newest are the newest, so one post is read of everybody followed, where they
-- are more than a page has posts, and a page of each of so many people as a page has posts. No way reads more where more is posted.
with caller as materialized (
  select c.place, u.uuid, u.following_count
  from unnest((select $1::text[])) with ordinality c(cognito_user_id, place)
  join people u on u.cognito_user_id = c.cognito_user_id
)
select caller.place, page.*
from caller
left join lateral (
  with followed as materialized (
    select f.followed_uuid as uuid
    from follows f
    where f.follower_uuid = caller.uuid
      and f.followed_uuid not in (select m.muted_uuid from mutes m where m.muter_uuid = caller.uuid)
      and not exists (select from users h where h.uuid = f.followed_uuid and h.hidden)
    union all
    select caller.uuid
  ), walked as materialized (
    select a.uuid
    from (
      select a.uuid, a.user_uuid, a.expires_at, a.created_at
      from activities a
      where caller.following_count >= 300
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
  )
  select a.uuid, u.display_name, u.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
         a.reply_to_activity_uuid, a.expires_at, a.created_at,
         a.likes_count > 0
           and exists (select from activity_likes l where l.activity_uuid = a.uuid and l.user_uuid = caller.uuid offset 0) as liked,
         a.reposts_count > 0
           and exists (select from activity_reposts r where r.activity_uuid = a.uuid and r.user_uuid = caller.uuid offset 0) as reposted
  from (
    select found.*
    from (
      select a.*
      from walked
      cross join lateral (select a.* from activities a where a.uuid = walked.uuid offset 0) a
      where (select count(*) from walked) > $2::int
      union all
      select own.*
      from author
      cross join lateral (
        select a.*
        from activities a
        where a.user_uuid = author.user_uuid and a.reply_to_activity_uuid is null
          and (a.expires_at is null or a.expires_at > now())
          and (a.created_at, a.uuid) < ($3::timestamptz, $4::uuid)
        order by a.created_at desc, a.uuid desc
        limit $2::int + 1
      ) own
    ) found
    order by found.created_at desc, found.uuid desc
    limit $2::int + 1
  ) a
  cross join lateral (select u.display_name, u.handle from people u where u.uuid = a.user_uuid offset 0) u
) page on true
order by caller.place, page.created_at desc, page.uuid desc
