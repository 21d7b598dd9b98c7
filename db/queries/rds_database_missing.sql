-- A row where the instance's first database has neither been made nor named.
select where not exists (
    select from pg_database where datname in (current_setting('cruddur.database'), 'rds_unnamed'))
