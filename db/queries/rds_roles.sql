-- The roles of an RDS instance, made where they are not there: rds_superuser has what RDS grants its master
-- user, and no more. Before PostgreSQL 16, CREATEROLE may grant every role but a superuser's: the roles that
-- reach the server's files and programs are marked as such, which nobody can log in to.
do $$
declare
    master text := current_setting('cruddur.master_username');
    verifier text := current_setting('cruddur.master_verifier');
begin
    if not exists (select from pg_roles where rolname = 'rds_superuser') then
        create role rds_superuser nologin;
        grant pg_monitor, pg_signal_backend to rds_superuser with admin option;
        if current_setting('server_version_num')::int >= 150000 then
            execute 'grant pg_checkpoint to rds_superuser with admin option';
        end if;
        create role rds_replication nologin;
        create role rds_password nologin;
        grant rds_replication, rds_password to rds_superuser with admin option;
    end if;
    if not exists (select from pg_roles where rolname = 'rds_iam') then
        create role rds_iam nologin;
    end if;
    if current_setting('server_version_num')::int < 160000 then
        update pg_authid set rolsuper = true
        where not rolsuper
          and rolname in ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files');
    end if;
    -- Its members sign in by tokens alone. CREATEROLE grants it before PostgreSQL 16, and rds_superuser, of which the
    -- master user is a member, was one once.
    if current_setting('server_version_num')::int < 160000 and pg_has_role('rds_superuser', 'rds_iam', 'member') then
        revoke rds_iam from rds_superuser;
    end if;
    if not exists (select from pg_roles where rolname = master) then
        execute format('create role %I login createdb createrole inherit password %L valid until %L '
                       'in role rds_superuser', master, verifier, 'infinity');
        execute format('alter database postgres owner to %I', master);
        if current_setting('server_version_num')::int >= 160000 then
            execute format('grant rds_iam to %I with admin true, inherit false, set false', master);
        end if;
    elsif current_setting('cruddur.set_password') = 'true' then
        execute format('alter role %I password %L', master, verifier);
    end if;
end
$$
