-- Gives the person whose handle is $1 the handle $2. No row: there is none.
update users
set handle = $2
where lower(handle) = lower($1 collate "C") and left_at is null
returning uuid, handle, display_name
