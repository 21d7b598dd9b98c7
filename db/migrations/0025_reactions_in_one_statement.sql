-- cruddur: up
set local role cruddur_owner;

-- What a like locks, counts and tells its post's author takes one statement, and each row is looked for once.
create or replace function public.count_reactions() returns trigger
    language plpgsql security definer
    set search_path = ''
as $$
declare
    kind constant text := tg_argv[0];
    missing bigint;
begin
    if not exists (select from changed) then
        return null;
    end if;
    if tg_op = 'DELETE' then
        perform from public.activities
        where uuid in (select activity_uuid from changed)
        order by uuid for no key update;
        update public.activities
        set likes_count = greatest(activities.likes_count - case kind when 'like' then counted.reactions else 0 end, 0),
            reposts_count = greatest(activities.reposts_count - case kind when 'repost' then counted.reactions else 0 end, 0)
        from (select activity_uuid, count(*)::integer as reactions from changed group by activity_uuid) counted
        where activities.uuid = counted.activity_uuid;
        delete from public.notifications n
        using (select distinct activity_uuid from changed) touched
        where n.activity_uuid = touched.activity_uuid and n.reason = kind
          and not exists (select
                          from public.activity_likes l
                          where kind = 'like' and l.activity_uuid = n.activity_uuid and l.user_uuid <> n.user_uuid)
          and not exists (select
                          from public.activity_reposts r
                          where kind = 'repost' and r.activity_uuid = n.activity_uuid and r.user_uuid <> n.user_uuid);
        return null;
    end if;
    -- A deletion of people takes this lock for itself alone: it waits for the likes under way and then finds them, and who
    -- likes meanwhile waits and finds that somebody is gone.
    perform pg_catalog.pg_advisory_xact_lock_shared(4567003);
    if exists (select from changed
               where not exists (select from public.users u where u.uuid = changed.user_uuid and u.left_at is null)) then
        raise exception 'a % by somebody who is not there', kind using errcode = 'foreign_key_violation';
    end if;
    -- An entry that would stay where it is is not tried: a conflict costs more than a look.
    with locked as materialized (
        select a.uuid, a.user_uuid
        from public.activities a
        where a.uuid in (select activity_uuid from changed)
        order by a.uuid for no key update
    ), counted as materialized (
        select a.uuid, a.user_uuid, pg_catalog.count(*)::integer as reactions,
               pg_catalog.max(changed.created_at) filter (where changed.user_uuid <> a.user_uuid) as others_at
        from changed
        join locked a on a.uuid = changed.activity_uuid
        group by a.uuid, a.user_uuid
    ), written as (
        update public.activities a
        set likes_count = a.likes_count + case kind when 'like' then counted.reactions else 0 end,
            reposts_count = a.reposts_count + case kind when 'repost' then counted.reactions else 0 end
        from counted
        where a.uuid = counted.uuid
    ), told as (
        insert into public.notifications as entry (user_uuid, activity_uuid, reason, created_at)
        select c.user_uuid, c.uuid, kind, c.others_at
        from counted c
        where c.others_at is not null
          and not exists (select
                          from public.notifications n
                          where n.activity_uuid = c.uuid and n.user_uuid = c.user_uuid and n.reason = kind
                            and n.created_at >= c.others_at - interval '1 second'
                            and n.created_at > (select u.notifications_read_until from public.users u where u.uuid = c.user_uuid)
                          offset 0)
        on conflict (activity_uuid, user_uuid, reason) do update
        set created_at = excluded.created_at
        where excluded.created_at > entry.created_at + interval '1 second'
           or excluded.created_at > entry.created_at
              and entry.created_at <= (select u.notifications_read_until from public.users u where u.uuid = entry.user_uuid)
    )
    select (select pg_catalog.count(distinct activity_uuid) from changed) - pg_catalog.count(*) into missing from counted;
    if missing > 0 then
        raise exception 'a % of a post that is not there', kind using errcode = 'foreign_key_violation';
    end if;
    return null;
end
$$;

-- cruddur: down
set local role cruddur_owner;
create or replace function public.count_reactions() returns trigger
    language plpgsql security definer
    set search_path = ''
as $$
declare
    kind constant text := tg_argv[0];
    step constant integer := case tg_op when 'INSERT' then 1 else -1 end;
    posts bigint;
begin
    if not exists (select from changed) then
        return null;
    end if;
    perform from public.activities
    where uuid in (select activity_uuid from changed)
    order by uuid for no key update;
    update public.activities
    set likes_count = greatest(activities.likes_count + case kind when 'like' then step * counted.reactions else 0 end, 0),
        reposts_count = greatest(activities.reposts_count + case kind when 'repost' then step * counted.reactions else 0 end, 0)
    from (select activity_uuid, count(*)::integer as reactions from changed group by activity_uuid) counted
    where activities.uuid = counted.activity_uuid;
    get diagnostics posts = row_count;
    if tg_op = 'DELETE' then
        delete from public.notifications n
        using (select distinct activity_uuid from changed) touched
        where n.activity_uuid = touched.activity_uuid and n.reason = kind
          and not exists (select
                          from public.activity_likes l
                          where kind = 'like' and l.activity_uuid = n.activity_uuid and l.user_uuid <> n.user_uuid)
          and not exists (select
                          from public.activity_reposts r
                          where kind = 'repost' and r.activity_uuid = n.activity_uuid and r.user_uuid <> n.user_uuid);
        return null;
    end if;
    if posts < (select count(distinct activity_uuid) from changed) then
        raise exception 'a % of a post that is not there', kind using errcode = 'foreign_key_violation';
    end if;
    -- A deletion of people takes this lock for itself alone: it waits for the likes under way and then finds them, and who
    -- likes meanwhile waits and finds that somebody is gone.
    perform pg_catalog.pg_advisory_xact_lock_shared(4567003);
    if exists (select from changed
               where not exists (select from public.users u where u.uuid = changed.user_uuid and u.left_at is null)) then
        raise exception 'a % by somebody who is not there', kind using errcode = 'foreign_key_violation';
    end if;
    insert into public.notifications as entry (user_uuid, activity_uuid, reason, created_at)
    select a.user_uuid, a.uuid, kind, pg_catalog.max(changed.created_at)
    from changed
    join public.activities a on a.uuid = changed.activity_uuid
    where changed.user_uuid <> a.user_uuid
    group by a.user_uuid, a.uuid
    on conflict (activity_uuid, user_uuid, reason) do update
    set created_at = excluded.created_at
    where excluded.created_at > entry.created_at + interval '1 second'
       or excluded.created_at > entry.created_at
          and entry.created_at <= (select u.notifications_read_until from public.users u where u.uuid = entry.user_uuid);
    return null;
end
$$;
