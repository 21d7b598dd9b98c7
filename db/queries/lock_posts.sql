-- Locks the posts $1 (uuid[]), so that whoever moves their counts waits.
select count(*)
from (select from public.activities a where a.uuid = any($1::uuid[]) order by a.uuid for no key update) locked
