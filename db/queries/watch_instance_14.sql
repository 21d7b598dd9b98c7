-- What an instance's server says of itself, for its metrics: its clients, how far a replica is behind in seconds (-1 where it
-- does not stream), the bytes that the slowest replication slot is behind, those of the write-ahead log's files, the age of the
-- oldest transaction id, and the blocks that it has read and written since it counts.
-- PostgreSQL 14 and 15.
select (select count(*) from pg_stat_activity where backend_type = 'client backend' and usename is distinct from 'rdsadmin') as connections,
       case when not pg_is_in_recovery() then null
            when not exists (select from pg_stat_wal_receiver where status = 'streaming') then -1
            when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then 0
            else greatest(extract(epoch from now() - pg_last_xact_replay_timestamp()), 0)
       end as replica_lag,
       (select max(pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end,
                                   restart_lsn))
        from pg_replication_slots) as slot_lag,
       (select sum(size) from pg_ls_waldir()) as log_bytes,
       (select max(age(datfrozenxid)) from pg_database) as transaction_ids,
       (select sum(blks_read) from pg_stat_database) as blocks_read,
       (select buffers_checkpoint + buffers_clean + buffers_backend from pg_stat_bgwriter) + (select wal_write from pg_stat_wal) as blocks_written
