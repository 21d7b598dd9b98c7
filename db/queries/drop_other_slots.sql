-- Without their slots a primary keeps nothing for standbys that are gone: of those whose names begin with $1, all but
-- the ones listed in $2, commas between them.
select pg_drop_replication_slot(slot_name)
from pg_replication_slots
where starts_with(slot_name, $1) and not active and slot_name <> all (string_to_array($2, ','))
