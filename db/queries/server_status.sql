select pg_catalog.current_setting('server_version') as server_version,
       current_user as user,
       (select s.version from pg_catalog.pg_stat_ssl s where s.pid = pg_catalog.pg_backend_pid() and s.ssl) as tls,
       pg_catalog.pg_database_size(pg_catalog.current_database()) as bytes,
       (select count(*) from pg_catalog.pg_stat_activity a
        where a.backend_type = 'client backend' and a.datname = pg_catalog.current_database()
          and a.pid <> pg_catalog.pg_backend_pid()) as sessions,
       (select count(*) from pg_catalog.pg_stat_activity a
        where a.backend_type = 'client backend' and a.pid <> pg_catalog.pg_backend_pid()
          and a.usename is distinct from 'rdsadmin') as server_sessions,
       pg_catalog.current_setting('max_connections') as sessions_max,
       pg_catalog.pg_is_in_recovery() as standby
