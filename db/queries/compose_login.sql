-- The statement that gives a login role ($1, a member of $3) the password $2, and makes the role where there is none.
-- Until the session ends nothing that it runs is written to the server's log: the statement has the password in it.
with quiet as materialized (
    select pg_catalog.set_config('log_statement', 'none', false),
           pg_catalog.set_config('log_min_error_statement', 'panic', false),
           pg_catalog.set_config('log_min_duration_statement', '-1', false)
)
select pg_catalog.format(
           case when exists (select from pg_catalog.pg_roles where rolname = $1)
                then 'alter role %1$I login password %2$L'
                else 'create role %1$I login password %2$L in role %3$I' end, $1::text, $2::text, $3::text)
from quiet
