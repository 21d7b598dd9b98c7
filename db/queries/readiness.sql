-- Whether this database can serve: it answers, and every table that a request may touch is there and ours to read; and
-- whether it is a standby, which takes no writes.
select pg_is_in_recovery() as standby
from (select) one
left join (select a.uuid, u.uuid
           from activities a
           join people u on u.uuid = a.user_uuid
           left join users on false
           left join activity_likes on false
           left join activity_reposts on false
           left join follows on false
           left join mutes on false
           left join blocks on false
           left join notifications on false
           left join message_groups on false
           left join message_group_members on false
           left join messages on false
           left join reports on false
           left join idempotency_keys on false
           limit 1) any_post on true
