-- A person, what stands between them and the caller, and the newest page of their posts.
\set caller random(1, 400)
\set person random(1, 400)
with me as materialized (select uuid from public.users where cognito_user_id = 'demo-' || :caller * 250),
person as materialized (
  select p.* from public.users p
  where p.cognito_user_id = 'demo-' || :person * 250
    and not exists (select from public.blocks b where b.blocker_uuid = p.uuid and b.blocked_uuid = (select uuid from me))
)
select row_to_json(profile)
from (
  select p.uuid, p.handle, p.display_name, p.bio, p.cruds_count, p.followers_count, p.following_count,
         exists (select from public.follows f where f.follower_uuid = (select uuid from me) and f.followed_uuid = p.uuid) as followed,
         exists (select from public.follows f where f.follower_uuid = p.uuid and f.followed_uuid = (select uuid from me)) as follows_you,
         exists (select from public.mutes m where m.muter_uuid = (select uuid from me) and m.muted_uuid = p.uuid) as muted,
         exists (select from public.blocks b where b.blocker_uuid = (select uuid from me) and b.blocked_uuid = p.uuid) as blocked,
         (select coalesce(json_agg(row_to_json(page)), '[]')
          from (
            select a.uuid, p.display_name, p.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
                   a.reply_to_activity_uuid, a.expires_at, a.created_at,
                   exists (select from public.activity_likes l
                           where l.activity_uuid = a.uuid and l.user_uuid = (select uuid from me)) as liked,
                   exists (select from public.activity_reposts r
                           where r.activity_uuid = a.uuid and r.user_uuid = (select uuid from me)) as reposted
            from public.activities a
            where a.user_uuid = p.uuid and a.reply_to_activity_uuid is null and (a.expires_at is null or a.expires_at > now())
            order by a.created_at desc, a.uuid desc
            limit 20
          ) page) as activities
  from person p
) profile
