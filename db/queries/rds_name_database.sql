do $$
begin
    if exists (select from pg_database where datname = 'rds_unnamed') then
        execute format('alter database rds_unnamed owner to %I', current_setting('cruddur.master_username'));
        execute format('alter database rds_unnamed rename to %I', current_setting('cruddur.database'));
    end if;
end
$$
