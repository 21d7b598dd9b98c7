-- Locks the people $1 (uuid[]), so that whoever moves their counts waits.
select count(*)
from (select from public.users u where u.uuid = any($1::uuid[]) order by u.uuid for no key update) locked
