-- The statement that creates a database ($1): names are no parameters, so PostgreSQL quotes it.
select pg_catalog.format('create database %I template template0 encoding ''UTF8''', $1::text)
