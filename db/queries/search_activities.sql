-- A page of the posts and replies whose message matches $4, an ILIKE pattern: $1 of them behind the place ($2 created_at,
-- $3 uuid), and one more where there are more.
-- A frequent word fills the page from the newest posts, at the cost of those read; only a rarer one asks the trigram index
-- for all its matches, which are few. A pattern that holds no trigram, which no index helps, is looked for among the newest.
-- The lateral join walks the users' index whatever the planner takes $1 for.
with recent as materialized (
  select a.*
  from (
    select a.uuid, a.user_uuid, a.message, a.replies_count, a.reposts_count, a.likes_count, a.reply_to_activity_uuid,
           a.expires_at, a.created_at
    from activities a
    where (a.created_at, a.uuid) < ($2::timestamptz, $3::uuid)
    order by a.created_at desc, a.uuid desc
    limit case when $4 ~ '[[:alnum:]]{3}' then 5000 else 100000 end
  ) a
  where a.message ilike $4
    and (a.expires_at is null or a.expires_at > now())
  limit $1::int + 1
), frequent as materialized (
  select count(*) > $1::int or $4 !~ '[[:alnum:]]{3}' as so from recent
), rare as materialized (
  select a.uuid, a.user_uuid, a.message, a.replies_count, a.reposts_count, a.likes_count, a.reply_to_activity_uuid,
         a.expires_at, a.created_at
  from activities a
  where a.message ilike $4
    and (a.expires_at is null or a.expires_at > now())
    and (a.created_at, a.uuid) < ($2::timestamptz, $3::uuid)
)
select newest.uuid, u.display_name, u.handle, newest.message, newest.replies_count, newest.reposts_count,
       newest.likes_count, newest.reply_to_activity_uuid, newest.expires_at, newest.created_at
from (
  select * from recent where (select so from frequent)
  union all
  select * from rare where not (select so from frequent)
  order by created_at desc, uuid desc
  limit $1::int + 1
) newest
cross join lateral (
  select u.display_name, u.handle from users u where u.uuid = newest.user_uuid offset 0
) u
order by newest.created_at desc, newest.uuid desc
