-- What the guards ask about a database ($1): the environment it was made for, whether this user owns it, and how many
-- sessions other than this one are in it.
select substring(pg_catalog.shobj_description(d.oid, 'pg_database')
                 from '\[cruddur environment: (development|production)\]') as environment,
       pg_catalog.pg_has_role(d.datdba, 'usage') as owned,
       (select count(*) from pg_catalog.pg_stat_activity a
        where a.datid = d.oid and a.pid <> pg_catalog.pg_backend_pid() and a.backend_type = 'client backend') as sessions
from pg_catalog.pg_database d
where d.datname = $1
