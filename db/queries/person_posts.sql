-- A page of the posts of the person whose handle is $5, newest first, as the caller $1 may see them: $2 of them (at most 100)
-- behind the place ($3 created_at, $4 uuid), and one more where there are more. Replies are left out: what they answer is not
-- beside them. A block between the two hides all of them.
-- Beside an activity's columns whether the caller has liked and reposted it; null where there is no such user.
-- The constant limit tells the planner that few rows are wanted, as in home_feed.
with me as materialized (
  select u.uuid from people u where u.cognito_user_id = $1
), author as materialized (
  select u.uuid, u.display_name, u.handle
  from people u
  where lower(u.handle) = lower($5 collate "C")
    and not exists (select from blocks b where b.blocker_uuid = u.uuid and b.blocked_uuid = (select uuid from me) offset 0)
    and not exists (select from blocks b where b.blocker_uuid = (select uuid from me) and b.blocked_uuid = u.uuid offset 0)
)
select newest.*,
       (select newest.likes_count > 0
               and exists (select from activity_likes l where l.activity_uuid = newest.uuid and l.user_uuid = me.uuid offset 0)
        from me) as liked,
       (select newest.reposts_count > 0
               and exists (select from activity_reposts r where r.activity_uuid = newest.uuid and r.user_uuid = me.uuid offset 0)
        from me) as reposted
from (
  select a.uuid, author.display_name, author.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
         a.reply_to_activity_uuid, a.expires_at, a.created_at
  from activities a
  cross join author
  where a.user_uuid = (select uuid from author)
    and a.reply_to_activity_uuid is null
    and (a.expires_at is null or a.expires_at > now())
    and (a.created_at, a.uuid) < ($3::timestamptz, $4::uuid)
  order by a.created_at desc, a.uuid desc
  limit 101
) newest
limit $2::int + 1
