-- Lets the person whose handle is $1 be seen and sign in again; who is not disabled stays as they are. No row: there is none.
update users
set disabled_at = null, hidden = false
where lower(handle) = lower($1 collate "C") and left_at is null
returning uuid, handle
