-- How far the write-ahead log goes, and how much of it the receiver of that name has written down: 0 while it is not
-- connected. Bytes from the log's beginning, on a standby those that it has. And the bytes of each of its segments.
select pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end, '0/0')::bigint,
       coalesce((select pg_wal_lsn_diff(write_lsn, '0/0')::bigint from pg_stat_replication where application_name = $1 limit 1), 0),
       pg_size_bytes(current_setting('wal_segment_size'))
