-- The version that runs, as AWS writes it: major and minor, without what a distribution adds.
select format('%s.%s', number / 10000, number % 10000)
from (select current_setting('server_version_num')::int as number) as running
