-- What may stand in postgresql.conf, as the server itself has it: without what only its developers set, and
-- what was decided when it was built or its data folder made.
select name, context, vartype, coalesce(unit, ''), coalesce(min_val, ''), coalesce(max_val, ''),
       coalesce(array_to_string(enumvals, ','), ''), coalesce(boot_val, ''), short_desc, category
from pg_settings
where context <> 'internal' and category not in ('Developer Options', 'Preset Options')
order by name
