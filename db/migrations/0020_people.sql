-- cruddur: up
set local role cruddur_owner;

-- Who has a display name that begins so, in whatever case; of handles users_handle_key tells it. Names compare by their bytes,
-- so that all that begin alike stand together.
create index users_display_name_idx on public.users ((lower(display_name) collate "C"), uuid);

-- A follow that was made while a block was, and could not see it, ends with it: this statement reads what has been committed
-- since. Whoever follows or blocks locks both people's rows first, so that one of the two sees the other.
create function public.end_blocked_follows() returns trigger
    language plpgsql security definer
    set search_path = ''
as $$
begin
    delete from public.follows f using changed, public.blocks b
    where f.follower_uuid = changed.follower_uuid and f.followed_uuid = changed.followed_uuid
      and (b.blocker_uuid = changed.follower_uuid and b.blocked_uuid = changed.followed_uuid
           or b.blocker_uuid = changed.followed_uuid and b.blocked_uuid = changed.follower_uuid);
    return null;
end
$$;
create trigger follows_end_by_blocks after insert on public.follows
    referencing new table as changed for each statement execute function public.end_blocked_follows();
revoke execute on function public.end_blocked_follows() from public;

-- cruddur: down
drop trigger follows_end_by_blocks on public.follows;
drop function public.end_blocked_follows();
drop index public.users_display_name_idx;
