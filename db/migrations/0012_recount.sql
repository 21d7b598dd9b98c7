-- Counts what was there before the triggers did, a thousand rows a transaction, while people write. Whoever writes what is
-- counted waits for the row's lock: so what a count does not see yet is added to it afterwards.
-- cruddur: no transaction
-- cruddur: up
set role cruddur_owner;

do $$
declare
    place uuid;
    batch uuid[];
begin
    loop
        batch := array(select a.uuid from public.activities a where place is null or a.uuid > place order by a.uuid limit 1000);
        exit when batch = '{}';
        place := batch[pg_catalog.cardinality(batch)];
        perform from public.activities a where a.uuid = any(batch) order by a.uuid for no key update;
        update public.activities a
        set replies_count = counted.replies, reposts_count = counted.reposts, likes_count = counted.likes
        from (
            select wanted.uuid,
                   (select count(*) from public.activities r where r.reply_to_activity_uuid = wanted.uuid)::integer as replies,
                   (select count(*) from public.activity_reposts r where r.activity_uuid = wanted.uuid)::integer as reposts,
                   (select count(*) from public.activity_likes l where l.activity_uuid = wanted.uuid)::integer as likes
            from pg_catalog.unnest(batch) wanted(uuid)
        ) counted
        where a.uuid = counted.uuid
          and (a.replies_count, a.reposts_count, a.likes_count)
              is distinct from (counted.replies, counted.reposts, counted.likes);
        commit;
    end loop;
    place := null;
    loop
        batch := array(select u.uuid from public.users u where place is null or u.uuid > place order by u.uuid limit 1000);
        exit when batch = '{}';
        place := batch[pg_catalog.cardinality(batch)];
        perform from public.users u where u.uuid = any(batch) order by u.uuid for no key update;
        update public.users u
        set cruds_count = counted.cruds, followers_count = counted.followers, following_count = counted.following
        from (
            select wanted.uuid,
                   (select count(*) from public.activities a where a.user_uuid = wanted.uuid)::integer as cruds,
                   (select count(*) from public.follows f where f.followed_uuid = wanted.uuid)::integer as followers,
                   (select count(*) from public.follows f where f.follower_uuid = wanted.uuid)::integer as following
            from pg_catalog.unnest(batch) wanted(uuid)
        ) counted
        where u.uuid = counted.uuid
          and (u.cruds_count, u.followers_count, u.following_count)
              is distinct from (counted.cruds, counted.followers, counted.following);
        commit;
    end loop;
end
$$;

-- What there was concerns people too.
insert into public.notifications (user_uuid, activity_uuid, reason, created_at)
select a.user_uuid, a.uuid, 'like', pg_catalog.max(l.created_at)
from public.activity_likes l
join public.activities a on a.uuid = l.activity_uuid
where l.user_uuid <> a.user_uuid
group by a.user_uuid, a.uuid
on conflict do nothing;
insert into public.notifications (user_uuid, activity_uuid, reason, created_at)
select a.user_uuid, a.uuid, 'repost', pg_catalog.max(r.created_at)
from public.activity_reposts r
join public.activities a on a.uuid = r.activity_uuid
where r.user_uuid <> a.user_uuid
group by a.user_uuid, a.uuid
on conflict do nothing;
insert into public.notifications (user_uuid, activity_uuid, reason, created_at)
select parent.user_uuid, reply.uuid, 'reply', reply.created_at
from public.activities reply
join public.activities parent on parent.uuid = reply.reply_to_activity_uuid
where parent.user_uuid <> reply.user_uuid
on conflict do nothing;

reset role;

-- cruddur: down
-- Right counts stay.
select;
