-- cruddur: up
-- Counts stand in the row that they are of, and whoever inserts or deletes what is counted, by hand or by a cascade, moves
-- them: what a like costs does not depend on how many there are. What there was before is counted by the next file.
set local role cruddur_owner;

-- Room in each page for a row's next version: none of the indexes has a count, so none is written for it.
alter table public.activities set (fillfactor = 85);

-- Likes and reposts hold their post without a foreign key: with many transactions liking one post its key-share locks
-- become a list of them (a MultiXact), which each has to rewrite. The triggers below keep what the key would.
alter table public.activity_likes drop constraint activity_likes_activity_uuid_fkey;
alter table public.activity_reposts drop constraint activity_reposts_activity_uuid_fkey;
delete from public.activity_likes l where not exists (select from public.activities a where a.uuid = l.activity_uuid);
delete from public.activity_reposts r where not exists (select from public.activities a where a.uuid = r.activity_uuid);
-- The newest who liked or reposted a post.
create index activity_likes_newest_idx on public.activity_likes (activity_uuid, created_at desc, user_uuid desc);
create index activity_reposts_newest_idx on public.activity_reposts (activity_uuid, created_at desc, user_uuid desc);

-- What concerns a person. A reply or a mention is the activity itself; all likes of a post are one entry, and so are all
-- its reposts: who they are and how many stands in their own tables and in the post, so a like writes here only what moves
-- the entry to the front.
create table public.notifications (
    user_uuid     uuid not null references public.users on delete cascade, -- whom it concerns
    activity_uuid uuid not null,
    reason        text collate "C" not null
                  constraint notifications_reason_known check (reason in ('reply', 'mention', 'like', 'repost')),
    created_at    timestamptz not null default now(),
    primary key (activity_uuid, user_uuid, reason)
);
-- A person's notifications, newest first; the unread ones are those after users.notifications_read_until.
create index notifications_user_idx on public.notifications (user_uuid, created_at desc, activity_uuid desc, reason desc);

create function public.count_activities() returns trigger
    language plpgsql security definer
    set search_path = ''
as $$
declare
    step constant integer := case tg_op when 'INSERT' then 1 else -1 end;
begin
    if not exists (select from changed) then
        return null;
    end if;
    if tg_op = 'DELETE' then
        delete from public.activity_likes l using changed where l.activity_uuid = changed.uuid;
        delete from public.activity_reposts r using changed where r.activity_uuid = changed.uuid;
        delete from public.notifications n using changed where n.activity_uuid = changed.uuid;
    end if;
    -- Always posts before people, and each in the order of their uuids: so two of these wait and do not deadlock.
    if exists (select from changed where reply_to_activity_uuid is not null) then
        perform from public.activities
        where uuid in (select reply_to_activity_uuid from changed)
        order by uuid for no key update;
        update public.activities
        set replies_count = greatest(activities.replies_count + step * counted.replies, 0)
        from (
            select reply_to_activity_uuid as uuid, count(*)::integer as replies
            from changed
            where reply_to_activity_uuid is not null
            group by reply_to_activity_uuid
        ) counted
        where activities.uuid = counted.uuid;
    end if;
    perform from public.users where uuid in (select user_uuid from changed) order by uuid for no key update;
    update public.users
    set cruds_count = greatest(users.cruds_count + step * counted.cruds, 0)
    from (select user_uuid, count(*)::integer as cruds from changed group by user_uuid) counted
    where users.uuid = counted.user_uuid;
    return null;
end
$$;
create trigger activities_count_new after insert on public.activities
    referencing new table as changed for each statement execute function public.count_activities();
create trigger activities_count_gone after delete on public.activities
    referencing old table as changed for each statement execute function public.count_activities();

-- Tells the author of what was replied to, and the first ten people that a text mentions. Nobody hears of their own.
create function public.notify_people() returns trigger
    language plpgsql security definer
    set search_path = ''
as $$
begin
    if exists (select from changed where reply_to_activity_uuid is not null) then
        insert into public.notifications (user_uuid, activity_uuid, reason, created_at)
        select parent.user_uuid, changed.uuid, 'reply', changed.created_at
        from changed
        join public.activities parent on parent.uuid = changed.reply_to_activity_uuid
        where parent.user_uuid <> changed.user_uuid;
    end if;
    if exists (select from changed where pg_catalog.strpos(message, '@') > 0) then
        insert into public.notifications (user_uuid, activity_uuid, reason, created_at)
        select mentioned.uuid, changed.uuid, 'mention', changed.created_at
        from changed
        cross join lateral (
            select word.word
            from pg_catalog.unnest(public.marked_words(changed.message)) word(word)
            where word.word like '@%'
            order by pg_catalog.strpos(pg_catalog.lower(changed.message), word.word)
            limit 10
        ) word
        join public.users mentioned on pg_catalog.lower(mentioned.handle) = pg_catalog.substr(word.word, 2) collate "C"
        where pg_catalog.strpos(changed.message, '@') > 0
          and mentioned.uuid <> changed.user_uuid
          and not exists (select
                          from public.activities parent
                          where parent.uuid = changed.reply_to_activity_uuid and parent.user_uuid = mentioned.uuid);
    end if;
    return null;
end
$$;
create trigger activities_notify_people after insert on public.activities
    referencing new table as changed for each statement execute function public.notify_people();

-- Counts likes or reposts (the trigger's argument says which) once a post, however many the statement has, and moves the
-- entry of their author's notifications: where it stands read, and else at most once a second.
create function public.count_reactions() returns trigger
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
create trigger activity_likes_count_new after insert on public.activity_likes
    referencing new table as changed for each statement execute function public.count_reactions('like');
create trigger activity_likes_count_gone after delete on public.activity_likes
    referencing old table as changed for each statement execute function public.count_reactions('like');
create trigger activity_reposts_count_new after insert on public.activity_reposts
    referencing new table as changed for each statement execute function public.count_reactions('repost');
create trigger activity_reposts_count_gone after delete on public.activity_reposts
    referencing old table as changed for each statement execute function public.count_reactions('repost');
revoke execute on function public.count_activities(), public.notify_people(), public.count_reactions() from public;

-- The counts are the triggers' to write; the right to update one is what locking a row asks for.
revoke insert, update on public.activities from cruddur_app;
grant insert (uuid, user_uuid, message, reply_to_activity_uuid, expires_at), update (likes_count) on public.activities
    to cruddur_app;
grant select on public.notifications to cruddur_app;

-- cruddur: down
set local role cruddur_owner;
revoke insert (uuid, user_uuid, message, reply_to_activity_uuid, expires_at), update (likes_count) on public.activities
    from cruddur_app;
grant insert, update on public.activities to cruddur_app;
drop trigger activities_count_new on public.activities;
drop trigger activities_count_gone on public.activities;
drop trigger activities_notify_people on public.activities;
drop trigger activity_likes_count_new on public.activity_likes;
drop trigger activity_likes_count_gone on public.activity_likes;
drop trigger activity_reposts_count_new on public.activity_reposts;
drop trigger activity_reposts_count_gone on public.activity_reposts;
drop function public.count_activities(), public.notify_people(), public.count_reactions();
drop table public.notifications;
drop index public.activity_likes_newest_idx, public.activity_reposts_newest_idx;
alter table public.activity_likes
    add constraint activity_likes_activity_uuid_fkey
    foreign key (activity_uuid) references public.activities on delete cascade;
alter table public.activity_reposts
    add constraint activity_reposts_activity_uuid_fkey
    foreign key (activity_uuid) references public.activities on delete cascade;
alter table public.activities reset (fillfactor);
