-- How much there is of everything, and what came in the last day.
select (select count(*) from users where left_at is null) as people,
       (select count(*) from users where disabled_at is not null and left_at is null) as disabled_people,
       (select count(*) from users where left_at is not null) as people_being_deleted,
       (select count(*) from users where created_at > now() - interval '1 day' and left_at is null) as people_of_the_last_day,
       (select count(*) from activities where reply_to_activity_uuid is null and (expires_at is null or expires_at > now()))
         as posts,
       (select count(*) from activities where reply_to_activity_uuid is not null and (expires_at is null or expires_at > now()))
         as replies,
       (select count(*) from activities where created_at > now() - interval '1 day') as posts_and_replies_of_the_last_day,
       (select count(*) from activities where expires_at <= now()) as expired_and_not_deleted,
       (select count(*) from activity_likes) as likes,
       (select count(*) from activity_reposts) as reposts,
       (select count(*) from follows) as follows,
       (select count(*) from mutes) as mutes,
       (select count(*) from blocks) as blocks,
       (select count(*) from message_group_members where last_message_at is not null) / 2 as conversations,
       (select count(*) from messages) as messages,
       (select count(*) from reports where closed_at is null) as open_reports,
       (select min(created_at) from reports where closed_at is null) as oldest_open_report,
       (select count(*) from reports) as reports,
       pg_size_pretty(pg_database_size(current_database())) as database_size
