-- What a primary keeps for a standby, by the name of its slot: whether all is there still, how the standby follows, and
-- how many milliseconds it is behind. One that has not answered for ten seconds hangs: it is asked every 2.5.
select s.wal_status, case when r.reply_time > now() - interval '10 seconds' then r.state end,
       (extract(epoch from coalesce(r.replay_lag, interval '0')) * 1000)::bigint
from pg_replication_slots s
left join pg_stat_replication r on r.pid = s.active_pid
where s.slot_name = $1
