-- A page of the posts and replies whose message matches $4, an ILIKE pattern; the rest as home_feed. With a viewer ($5,
-- a cognito_user_id) they have liked and reposted. No row: there is no such viewer.
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
select coalesce('[' || array_to_string(page.activities[1:$1], ',') || ']', '[]') as body,
       case when cardinality(page.activities) > $1
            then (extract(epoch from page.created_at[$1]) * 1000000)::bigint end as next_created_at_us,
       case when cardinality(page.activities) > $1 then page.uuids[$1] end as next_uuid
from (select) one
left join users viewer on viewer.cognito_user_id = $5
cross join lateral (
  select array_agg(format(
           '{"uuid":"%s","display_name":%s,"handle":%s,"message":%s,"replies_count":%s,"reposts_count":%s,"likes_count":%s,'
           '"reply_to_activity_uuid":%s,"expires_at":%s,"created_at":"%s","replies":[]%s}',
           p.uuid, to_json(p.display_name), to_json(p.handle), to_json(p.message), p.replies_count, p.reposts_count,
           p.likes_count, coalesce('"' || p.reply_to_activity_uuid || '"', 'null'),
           coalesce(to_char(p.expires_at at time zone 'utc', '"\""YYYY-MM-DD"T"HH24":"MI":"SS.US"Z\""'), 'null'),
           to_char(p.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24":"MI":"SS.US"Z"'),
           case when viewer.uuid is null then '' else format(',"liked":%s,"reposted":%s',
             to_json(exists (select from activity_likes l where l.activity_uuid = p.uuid and l.user_uuid = viewer.uuid)),
             to_json(exists (select from activity_reposts r where r.activity_uuid = p.uuid and r.user_uuid = viewer.uuid))) end)) as activities,
         array_agg(p.created_at) as created_at,
         array_agg(p.uuid) as uuids
  from (
    select newest.*, u.display_name, u.handle
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
  ) p
) page
where $5::text is null or viewer.uuid is not null
