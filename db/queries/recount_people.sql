-- Counts anew what the people $1 (uuid[]) have, who are locked.
update public.users u
set cruds_count = (select count(*) from public.activities a where a.user_uuid = u.uuid),
    followers_count = (select count(*) from public.follows f where f.followed_uuid = u.uuid),
    following_count = (select count(*) from public.follows f where f.follower_uuid = u.uuid)
where u.uuid = any($1::uuid[])
