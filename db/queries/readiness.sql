-- Whether this database can serve: it answers, the tables are there and ours to read; and whether it is a standby, which
-- takes no writes.
select pg_is_in_recovery() as standby
from (select) one
left join (select a.uuid, u.uuid from activities a join users u on u.uuid = a.user_uuid limit 1) any_post on true
