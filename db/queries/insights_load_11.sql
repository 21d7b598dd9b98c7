-- Who is active in an instance, and waits for what: clients, and workers of their queries, those alike together. PostgreSQL 11
-- to 13, which do not count statements by an id.
select coalesce(wait_event_type, 'CPU'), coalesce(wait_event, 'CPU'), null::bigint, query, usename, datname, application_name,
       host(client_addr), count(*)
from (select case when wait_event is not null then wait_event_type end as wait_event_type, wait_event,
             left(query, 4096) as query, usename, datname, application_name, client_addr
      from pg_stat_activity
      where state = 'active' and backend_type in ('client backend', 'parallel worker')
        and usename is distinct from 'rdsadmin') active
group by 1, 2, 3, 4, 5, 6, 7, 8
order by 9 desc
limit 200
