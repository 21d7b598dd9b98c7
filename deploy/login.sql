-- The logins of deploy/compose.yaml: the API's reads and writes rows as `cruddur serve` does, and that of the function
-- which writes sign-ups down adds users; neither may do anything else. psql runs it after the migrations, each time; the
-- passwords are those of the files which WEB_PASSWORD_FILE and SIGNUP_PASSWORD_FILE name.
\set ON_ERROR_STOP on
\set password `cat "$WEB_PASSWORD_FILE"`
select 'create role cruddur_web login in role cruddur_app'
where not exists (select from pg_catalog.pg_roles where rolname = 'cruddur_web') \gexec
alter role cruddur_web with nosuperuser nocreatedb nocreaterole password :'password';
\set password `cat "$SIGNUP_PASSWORD_FILE"`
select 'create role cruddur_lambda login in role cruddur_signup'
where not exists (select from pg_catalog.pg_roles where rolname = 'cruddur_lambda') \gexec
alter role cruddur_lambda with nosuperuser nocreatedb nocreaterole password :'password';
