-- How a standby follows, as its primary sees it, which may be a standby itself: no row while it is not connected.
select state, sync_state in ('sync', 'quorum'),
       coalesce(pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_receive_lsn() else pg_current_wal_lsn() end,
                                replay_lsn), 0)::bigint
from pg_stat_replication
where application_name = $1
