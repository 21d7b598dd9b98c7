-- The statement that marks a database ($1) as made for an environment ($2), and keeps the comment that it has.
select pg_catalog.format(
           'comment on database %I is %L', d.datname,
           pg_catalog.concat_ws(' ', pg_catalog.shobj_description(d.oid, 'pg_database'),
                                pg_catalog.format('[cruddur environment: %s]', $2::text)))
from pg_catalog.pg_database d
where d.datname = $1
