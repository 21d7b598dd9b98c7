-- The user whose handle is $1 in whatever case. No row: there is none.
select format('{"uuid":"%s","display_name":%s,"handle":%s}', uuid, to_json(display_name), to_json(handle)) as body
from people
where lower(handle) = lower($1 collate "C")
