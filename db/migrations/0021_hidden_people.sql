-- cruddur: up
set local role cruddur_owner;

-- Who is hidden is nobody to all others, and to the API: an administrator has disabled them, which can be taken back, or they
-- have left, and what was theirs is being deleted.
alter table public.users
    add column disabled_at timestamptz,
    add column left_at timestamptz,
    add column hidden boolean not null default false,
    add constraint users_hidden_for_a_reason check (hidden = (disabled_at is not null or left_at is not null));
-- Whom nobody sees, who are few: a look for one of them costs next to nothing.
create index users_hidden_idx on public.users (uuid) where hidden;
create index users_left_idx on public.users (left_at) where left_at is not null;

-- The users that there are for each other.
create view public.people as
    select uuid, display_name, handle, email, bio, cognito_user_id, created_at, cruds_count, followers_count, following_count,
           notifications_read_until
    from public.users
    where not hidden;

-- Makes the user whose cognito_user_id this is nobody: nothing in the row tells who they were, all that is theirs is hidden with
-- them, and their handle and e-mail are anybody's to take. The uuid; null where there is no such user. It is the way in which
-- the API may change these columns, and the only one.
create function public.leave(subject text) returns uuid
    language sql volatile security definer
    set search_path = ''
as $$
    update public.users
    set display_name = '-', handle = 'left.' || pg_catalog.replace(pg_catalog.gen_random_uuid()::text, '-', ''), email = null,
        bio = null, cognito_user_id = pg_catalog.gen_random_uuid()::text, left_at = pg_catalog.now(), hidden = true
    where cognito_user_id = subject and left_at is null
    returning uuid
$$;
revoke execute on function public.leave(text) from public;

drop trigger users_notify_feed on public.users;
create trigger users_notify_feed
    after update of display_name, handle, hidden or delete or truncate on public.users
    for each statement execute function public.notify_feed();

-- Who has left may have deleted what was written to them, too.
drop policy messages_delete on public.messages;
create policy messages_delete on public.messages for delete
    using (sender_uuid = (select public.caller())
           or receiver_uuid = (select public.caller())
              and exists (select from public.users u where u.uuid = (select public.caller()) and u.left_at is not null));

grant select, update (display_name, bio, notifications_read_until) on public.people to cruddur_app;
grant execute on function public.leave(text) to cruddur_app;
-- To delete what is theirs who have left.
grant delete on public.notifications, public.message_groups to cruddur_app;
grant update (author_uuid, reporter_uuid) on public.reports to cruddur_app;

-- cruddur: down
-- Whoever was disabled is seen again. What is left of who has left goes at once.
delete from public.users where left_at is not null;
drop policy messages_delete on public.messages;
create policy messages_delete on public.messages for delete using (sender_uuid = (select public.caller()));
revoke update (author_uuid, reporter_uuid) on public.reports from cruddur_app;
revoke delete on public.notifications, public.message_groups from cruddur_app;
drop function public.leave(text);
drop view public.people;
drop trigger users_notify_feed on public.users;
create trigger users_notify_feed
    after update of display_name, handle or delete or truncate on public.users
    for each statement execute function public.notify_feed();
drop index public.users_left_idx;
drop index public.users_hidden_idx;
alter table public.users
    drop constraint users_hidden_for_a_reason,
    drop column hidden,
    drop column left_at,
    drop column disabled_at;
