-- The login of the API in deploy/compose.yaml: it reads and writes rows as `cruddur serve` does, and may do nothing else.
-- psql runs it after the migrations, each time; the password is that of the file which WEB_PASSWORD_FILE names.
\set ON_ERROR_STOP on
\set password `cat "$WEB_PASSWORD_FILE"`
select 'create role cruddur_web login in role cruddur_app'
where not exists (select from pg_catalog.pg_roles where rolname = 'cruddur_web') \gexec
alter role cruddur_web with nosuperuser nocreatedb nocreaterole password :'password';
