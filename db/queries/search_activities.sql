-- A page of the posts and replies whose message matches $5, an ILIKE pattern: $2 of them behind the place ($3 created_at,
-- $4 uuid), and one more where there are more, as the caller $1 may see.
-- A frequent word fills the page from the newest posts, at the cost of those read; only a rarer one asks the trigram index
-- for all its matches, which are few. A pattern that holds no trigram, which no index helps, is looked for among the newest.
-- The lateral join walks the users' index whatever the planner takes $2 for.
with recent as materialized (
  select a.*
  from (
    select a.uuid, a.user_uuid, a.message, a.replies_count, a.reposts_count, a.likes_count, a.reply_to_activity_uuid,
           a.expires_at, a.created_at
    from activities a
    where (a.created_at, a.uuid) < ($3::timestamptz, $4::uuid)
    order by a.created_at desc, a.uuid desc
    limit case when $5 ~ '[[:alnum:]]{3}' then 5000 else 100000 end
  ) a
  where a.message ilike $5
    and (a.expires_at is null or a.expires_at > now())
    and not exists (select from blocks b join users me on me.cognito_user_id = $1
                    where (b.blocker_uuid, b.blocked_uuid) in ((me.uuid, a.user_uuid), (a.user_uuid, me.uuid)))
  limit $2::int + 1
), frequent as materialized (
  select count(*) > $2::int or $5 !~ '[[:alnum:]]{3}' as so from recent
), rare as materialized (
  select a.uuid, a.user_uuid, a.message, a.replies_count, a.reposts_count, a.likes_count, a.reply_to_activity_uuid,
         a.expires_at, a.created_at
  from activities a
  where a.message ilike $5
    and (a.expires_at is null or a.expires_at > now())
    and not exists (select from blocks b join users me on me.cognito_user_id = $1
                    where (b.blocker_uuid, b.blocked_uuid) in ((me.uuid, a.user_uuid), (a.user_uuid, me.uuid)))
    and (a.created_at, a.uuid) < ($3::timestamptz, $4::uuid)
)
select newest.uuid, u.display_name, u.handle, newest.message, newest.replies_count, newest.reposts_count,
       newest.likes_count, newest.reply_to_activity_uuid, newest.expires_at, newest.created_at
from (
  select * from recent where (select so from frequent)
  union all
  select * from rare where not (select so from frequent)
  order by created_at desc, uuid desc
  limit $2::int + 1
) newest
cross join lateral (
  select u.display_name, u.handle from users u where u.uuid = newest.user_uuid offset 0
) u
order by newest.created_at desc, newest.uuid desc
