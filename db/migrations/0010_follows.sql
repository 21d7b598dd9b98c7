-- cruddur: up
set local role cruddur_owner;

-- Counts that a profile shows, and how far its notifications have been read. They change often and no index has them: room
-- is left in each page for a row's next version, so that no index is written for it.
alter table public.users
    add column cruds_count integer not null default 0 check (cruds_count >= 0),
    add column followers_count integer not null default 0 check (followers_count >= 0),
    add column following_count integer not null default 0 check (following_count >= 0),
    add column notifications_read_until timestamptz not null default '-infinity';
alter table public.users set (fillfactor = 85);

create table public.follows (
    follower_uuid uuid not null references public.users on delete cascade,
    followed_uuid uuid not null references public.users on delete cascade,
    created_at    timestamptz not null default now(),
    primary key (follower_uuid, followed_uuid),
    constraint follows_of_another check (follower_uuid <> followed_uuid)
);
-- Whom a person follows, and who follows them, newest first.
create index follows_following_idx on public.follows (follower_uuid, created_at desc, followed_uuid desc);
create index follows_followers_idx on public.follows (followed_uuid, created_at desc, follower_uuid desc);

-- Who does not want to see whom: a mute holds one way, a block both.
create table public.mutes (
    muter_uuid uuid not null references public.users on delete cascade,
    muted_uuid uuid not null references public.users on delete cascade,
    created_at timestamptz not null default now(),
    primary key (muter_uuid, muted_uuid),
    constraint mutes_of_another check (muter_uuid <> muted_uuid)
);
create index mutes_muted_idx on public.mutes (muted_uuid);
create table public.blocks (
    blocker_uuid uuid not null references public.users on delete cascade,
    blocked_uuid uuid not null references public.users on delete cascade,
    created_at   timestamptz not null default now(),
    primary key (blocker_uuid, blocked_uuid),
    constraint blocks_of_another check (blocker_uuid <> blocked_uuid)
);
create index blocks_blocked_idx on public.blocks (blocked_uuid, blocker_uuid);

-- Counts follows in both people's rows. Rows are locked in the order of their uuids, so that two who follow each other at
-- the same time wait instead of ending each other's transaction.
create function public.count_follows() returns trigger
    language plpgsql security definer
    set search_path = ''
as $$
declare
    step constant integer := case tg_op when 'INSERT' then 1 else -1 end;
begin
    if not exists (select from changed) then
        return null;
    end if;
    perform from public.users
    where uuid in (select follower_uuid from changed union all select followed_uuid from changed)
    order by uuid for no key update;
    update public.users
    set followers_count = greatest(followers_count + step * counted.followers, 0),
        following_count = greatest(following_count + step * counted.following, 0)
    from (
        select side.uuid, sum(side.followers)::integer as followers, sum(side.following)::integer as following
        from (
            select followed_uuid as uuid, 1 as followers, 0 as following from changed
            union all
            select follower_uuid, 0, 1 from changed
        ) side
        group by side.uuid
    ) counted
    where users.uuid = counted.uuid;
    return null;
end
$$;
create trigger follows_count_new after insert on public.follows
    referencing new table as changed for each statement execute function public.count_follows();
create trigger follows_count_gone after delete on public.follows
    referencing old table as changed for each statement execute function public.count_follows();

-- A block ends follows, both ways.
create function public.end_follows() returns trigger
    language plpgsql security definer
    set search_path = ''
as $$
begin
    delete from public.follows using changed
    where follows.follower_uuid = changed.blocker_uuid and follows.followed_uuid = changed.blocked_uuid
       or follows.follower_uuid = changed.blocked_uuid and follows.followed_uuid = changed.blocker_uuid;
    return null;
end
$$;
create trigger blocks_end_follows after insert on public.blocks
    referencing new table as changed for each statement execute function public.end_follows();
revoke execute on function public.count_follows(), public.end_follows() from public;

grant update (notifications_read_until), delete on public.users to cruddur_app;
grant select, insert, delete on public.follows, public.mutes, public.blocks to cruddur_app;

-- cruddur: down
set local role cruddur_owner;
revoke update (notifications_read_until), delete on public.users from cruddur_app;
drop table public.blocks, public.mutes, public.follows;
drop function public.end_follows(), public.count_follows();
alter table public.users
    drop column cruds_count,
    drop column followers_count,
    drop column following_count,
    drop column notifications_read_until;
alter table public.users reset (fillfactor);
