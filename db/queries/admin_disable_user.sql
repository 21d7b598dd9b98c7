-- Hides the person whose handle is $1, from everybody and from the API, for as long as they are disabled; who is disabled
-- already stays so since then. No row: there is none.
update users
set disabled_at = coalesce(disabled_at, now()), hidden = true
where lower(handle) = lower($1 collate "C") and left_at is null
returning uuid, handle, to_json(disabled_at) #>> '{}' as disabled_at
