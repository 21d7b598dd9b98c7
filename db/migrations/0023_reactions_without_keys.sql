-- cruddur: up
set local role cruddur_owner;

-- A person's key-share locks become a list (a MultiXact) with many likes of theirs at the same time, as a post's do: every
-- reader of the row reads it. The triggers keep what the keys would.
alter table public.activity_likes drop constraint activity_likes_user_uuid_fkey;
alter table public.activity_reposts drop constraint activity_reposts_user_uuid_fkey;

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

create function public.end_reactions() returns trigger
    language plpgsql security definer
    set search_path = ''
as $$
begin
    if exists (select from changed) then
        perform pg_catalog.pg_advisory_xact_lock(4567003);
        delete from public.activity_likes l using changed where l.user_uuid = changed.uuid;
        delete from public.activity_reposts r using changed where r.user_uuid = changed.uuid;
    end if;
    return null;
end
$$;
create trigger users_end_reactions after delete on public.users
    referencing old table as changed for each statement execute function public.end_reactions();
revoke execute on function public.end_reactions() from public;

-- cruddur: down
drop trigger users_end_reactions on public.users;
drop function public.end_reactions();
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

delete from public.activity_likes l where not exists (select from public.users u where u.uuid = l.user_uuid);
delete from public.activity_reposts r where not exists (select from public.users u where u.uuid = r.user_uuid);
alter table public.activity_likes add foreign key (user_uuid) references public.users on delete cascade;
alter table public.activity_reposts add foreign key (user_uuid) references public.users on delete cascade;
