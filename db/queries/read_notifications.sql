-- The user $1 has read all notifications up to the time $2: no later one than now, and the mark never moves back.
update people
set notifications_read_until = greatest(notifications_read_until, least($2::timestamptz, now()))
where cognito_user_id = $1
