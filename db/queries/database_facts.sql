-- What the guards ask about a database ($1): the environment it was made for, and whether this user owns it.
select substring(pg_catalog.shobj_description(d.oid, 'pg_database')
                 from '\[cruddur environment: (development|production)\]') as environment,
       pg_catalog.pg_has_role(d.datdba, 'usage') as owned
from pg_catalog.pg_database d
where d.datname = $1
