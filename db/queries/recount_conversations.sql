-- Counts anew what is unread in the conversations $1 (uuid[]), which are locked: a trigger does, where a marker is written.
update public.message_group_members m
set read_until = m.read_until
where m.message_group_uuid = any($1::uuid[])
