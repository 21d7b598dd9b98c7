-- The posts that are not there and have likes, reposts or notifications all the same: uuid, of what, how many.
select l.activity_uuid, 'likes', count(*)
from public.activity_likes l
where not exists (select from public.activities a where a.uuid = l.activity_uuid)
group by l.activity_uuid
union all
select r.activity_uuid, 'reposts', count(*)
from public.activity_reposts r
where not exists (select from public.activities a where a.uuid = r.activity_uuid)
group by r.activity_uuid
union all
select n.activity_uuid, 'notifications', count(*)
from public.notifications n
where not exists (select from public.activities a where a.uuid = n.activity_uuid)
group by n.activity_uuid
