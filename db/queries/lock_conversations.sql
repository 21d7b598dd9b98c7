-- Locks both sides of the conversations $1 (uuid[]), so that whoever moves their counts waits.
select count(*)
from (select
      from public.message_group_members m
      where m.message_group_uuid = any($1::uuid[])
      order by m.message_group_uuid, m.user_uuid
      for no key update) locked
