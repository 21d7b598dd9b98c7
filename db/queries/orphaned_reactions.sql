-- The posts and people that are not there and have likes, reposts or notifications all the same: which of the two, its uuid, of
-- what, how many.
select 'post', l.activity_uuid, 'likes', count(*)
from public.activity_likes l
where not exists (select from public.activities a where a.uuid = l.activity_uuid)
group by l.activity_uuid
union all
select 'post', r.activity_uuid, 'reposts', count(*)
from public.activity_reposts r
where not exists (select from public.activities a where a.uuid = r.activity_uuid)
group by r.activity_uuid
union all
select 'post', n.activity_uuid, 'notifications', count(*)
from public.notifications n
where not exists (select from public.activities a where a.uuid = n.activity_uuid)
group by n.activity_uuid
union all
select 'person', l.user_uuid, 'likes', count(*)
from public.activity_likes l
where not exists (select from public.users u where u.uuid = l.user_uuid)
group by l.user_uuid
union all
select 'person', r.user_uuid, 'reposts', count(*)
from public.activity_reposts r
where not exists (select from public.users u where u.uuid = r.user_uuid)
group by r.user_uuid
