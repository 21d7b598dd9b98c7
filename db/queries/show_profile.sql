-- The profile of the person whose handle is $2, as the caller $1 (null: nobody) sees it: the outcome 200 with the profile, or
-- 404 where there is no such person or they have blocked the caller. Whom the caller has blocked they still see, so that they
-- can end it. No row: the caller is no user.
with me as materialized (
  select u.uuid from people u where u.cognito_user_id = $1
), person as materialized (
  select u.*
  from people u
  where lower(u.handle) = lower($2 collate "C")
    and not exists (select from blocks b where b.blocker_uuid = u.uuid and b.blocked_uuid = (select uuid from me) offset 0)
)
select 200 as status,
       format('{"uuid":"%s","handle":%s,"display_name":%s,"bio":%s,"cruds_count":%s,"followers_count":%s,"following_count":%s%s}',
              p.uuid, to_json(p.handle), to_json(p.display_name), coalesce(to_json(p.bio)::text, 'null'),
              p.cruds_count, p.followers_count, p.following_count,
              (select format(',"followed":%s,"follows_you":%s,"muted":%s,"blocked":%s',
                             to_json(exists (select from follows f where f.follower_uuid = me.uuid and f.followed_uuid = p.uuid)),
                             to_json(exists (select from follows f where f.follower_uuid = p.uuid and f.followed_uuid = me.uuid)),
                             to_json(exists (select from mutes m where m.muter_uuid = me.uuid and m.muted_uuid = p.uuid)),
                             to_json(exists (select from blocks b where b.blocker_uuid = me.uuid and b.blocked_uuid = p.uuid)))
               from me)) as body
from person p
where $1 is null or exists (select from me)
union all
select 404, 'not_found'
where not exists (select from person) and ($1 is null or exists (select from me))
