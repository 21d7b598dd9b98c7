-- How a standby follows, as its primary sees it: no row while it is not connected.
select state, sync_state in ('sync', 'quorum'), coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn), 0)::bigint
from pg_stat_replication
where application_name = $1
