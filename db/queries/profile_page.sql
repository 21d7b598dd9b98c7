-- For each of the callers whose cognito_user_ids are $1 (text[]; an empty one is nobody) the person whose handle has the same place
-- in $2 (text[]), and a page of their posts, newest first, as that caller may see them: $3 posts (at most 100) behind the place
-- ($4 created_at, $5 uuid), and one more where there are more.
-- The caller's place comes first, by which the rows are in order. The first row of each is the person's, in the columns behind
-- `created_at`; it says whether the caller is known, and its uuid is null where there is no such person or they have blocked the
-- caller. Whom the caller has blocked they still see, so that they can end it, but none of their posts. Replies are left out: what
-- they answer is not beside them. The other rows are posts, with what the caller has liked and reposted of them.
-- The constant limit tells the planner that few rows are wanted, as in home_feed; `offset 0` keeps it from reading all whom a
-- person blocks where a look for one is enough.
select caller.place, page.*
from (
  select asked.place, asked.cognito_user_id = '' or u.uuid is not null as known, u.uuid, lower(asked.handle collate "C") as handle
  from unnest((select $1::text[]), (select $2::text[])) with ordinality asked(cognito_user_id, handle, place)
  left join people u on u.cognito_user_id = nullif(asked.cognito_user_id, '')
) caller
left join lateral (
  select u.*, exists (select from blocks b where b.blocker_uuid = caller.uuid and b.blocked_uuid = u.uuid offset 0) as blocked
  from people u
  where lower(u.handle) = caller.handle
    and not exists (select from blocks b where b.blocker_uuid = u.uuid and b.blocked_uuid = caller.uuid offset 0)
) p on true
cross join lateral (
  select p.uuid, p.display_name, p.handle, null as message, null::int as replies_count, null::int as reposts_count,
         null::int as likes_count, null::uuid as reply_to_activity_uuid, null::timestamptz as expires_at, null::timestamptz as created_at,
         caller.known, p.bio, p.cruds_count, p.followers_count, p.following_count,
         exists (select from follows f where f.follower_uuid = caller.uuid and f.followed_uuid = p.uuid offset 0) as followed,
         exists (select from follows f where f.follower_uuid = p.uuid and f.followed_uuid = caller.uuid offset 0) as follows_you,
         exists (select from mutes m where m.muter_uuid = caller.uuid and m.muted_uuid = p.uuid offset 0) as muted,
         p.blocked,
         null::boolean as liked, null::boolean as reposted
  union all
  (select n.uuid, p.display_name, p.handle, n.message, n.replies_count, n.reposts_count, n.likes_count,
          n.reply_to_activity_uuid, n.expires_at, n.created_at,
          null, null, null, null, null, null, null, null, null,
          n.likes_count > 0
            and exists (select from activity_likes l where l.activity_uuid = n.uuid and l.user_uuid = caller.uuid offset 0),
          n.reposts_count > 0
            and exists (select from activity_reposts r where r.activity_uuid = n.uuid and r.user_uuid = caller.uuid offset 0)
   from (
     select a.uuid, a.message, a.replies_count, a.reposts_count, a.likes_count, a.reply_to_activity_uuid, a.expires_at, a.created_at
     from activities a
     where a.user_uuid = p.uuid
       and not p.blocked
       and a.reply_to_activity_uuid is null
       and (a.expires_at is null or a.expires_at > now())
       and (a.created_at, a.uuid) < ($4::timestamptz, $5::uuid)
     order by a.created_at desc, a.uuid desc
     limit 101
   ) n
   limit $3::int + 1)
) page
