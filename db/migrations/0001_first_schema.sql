-- cruddur: up
-- Roles belong to the server, not to one database, so another database may have made them. None can log in: a login
-- role is made a member of the one it needs, `create role web login password '…' in role cruddur_app`.
--   cruddur_owner   owns every object, and may change the schema
--   cruddur_app     reads and writes rows as `cruddur serve` does, and may not change the schema
--   cruddur_signup  may add a user, for the post-confirmation Lambda, and nothing else
do $$
declare
    wanted name;
begin
    foreach wanted in array array['cruddur_owner', 'cruddur_app', 'cruddur_signup']::name[] loop
        if not exists (select from pg_catalog.pg_roles where rolname = wanted) then
            begin
                execute pg_catalog.format('create role %I nologin', wanted);
            exception
                when duplicate_object or unique_violation then null; -- made by another session just now
            end;
        end if;
    end loop;
    -- Only a member can give objects to the owner role. Since PostgreSQL 16 having made the role is not membership.
    if not pg_catalog.pg_has_role(current_user, 'cruddur_owner', 'usage') then
        execute pg_catalog.format('grant cruddur_owner to %I', current_user);
    end if;
end
$$;

-- What everyone may do by default: nothing. Before PostgreSQL 15 every role may create in schema public; there, a
-- database's owner who does not own the schema gets the warning that nothing could be revoked, and the rest holds.
revoke create on schema public from public;
grant usage, create on schema public to cruddur_owner;
grant usage on schema public to cruddur_app, cruddur_signup;
do $$
begin
    execute pg_catalog.format('revoke connect, temporary on database %I from public', pg_catalog.current_database());
    execute pg_catalog.format('grant connect on database %I to cruddur_owner, cruddur_app, cruddur_signup',
                              pg_catalog.current_database());
end
$$;

-- Substring search in messages. The extension is trusted: the database's owner may create it without being superuser,
-- on Amazon RDS too, where rds.allowed_extensions must list it if that parameter has been narrowed.
create extension if not exists pg_trgm with schema public;

alter table public.schema_migrations owner to cruddur_owner;
set local role cruddur_owner;

create table public.users (
    uuid            uuid primary key default gen_random_uuid(),
    display_name    text not null
                    constraint users_display_name_length check (display_name ~ '\S' and char_length(display_name) <= 50),
    -- People take @AndrewBrown and @andrewbrown for one person. The handle is kept as its owner writes it and is unique
    -- without regard to case: look it up by `lower(handle) = lower($1)`. It holds ASCII only, so that no two handles
    -- look the same, and its collation is "C", so that no update of the system's locales can break the index.
    handle          text collate "C" not null
                    constraint users_handle_form check (handle ~ '^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,48}[A-Za-z0-9_])?$'),
    email           text collate "C"
                    constraint users_email_form check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$'
                                                       and char_length(email) <= 254),
    bio             text constraint users_bio_length check (char_length(bio) <= 160),
    cognito_user_id text collate "C" not null
                    constraint users_cognito_user_id_length check (char_length(cognito_user_id) between 1 and 255),
    created_at      timestamptz not null default now(),
    constraint users_cognito_user_id_key unique (cognito_user_id)
);
create unique index users_handle_key on public.users (lower(handle));
create unique index users_email_key on public.users (lower(email));

create table public.activities (
    uuid                   uuid primary key default gen_random_uuid(),
    user_uuid              uuid not null references public.users on delete cascade,
    message                text not null
                           constraint activities_message_length check (message ~ '\S' and char_length(message) <= 1024),
    replies_count          integer not null default 0 check (replies_count >= 0),
    reposts_count          integer not null default 0 check (reposts_count >= 0),
    likes_count            integer not null default 0 check (likes_count >= 0),
    reply_to_activity_uuid uuid references public.activities on delete cascade,
    expires_at             timestamptz,                    -- null: it stays
    created_at             timestamptz not null default now(),
    constraint activities_post_length check (reply_to_activity_uuid is not null or char_length(message) <= 280)
);
-- The home feed, by keyset.
create index activities_home_idx on public.activities (created_at desc, uuid desc) where reply_to_activity_uuid is null;
-- A person's activities, newest first.
create index activities_user_idx on public.activities (user_uuid, created_at desc, uuid desc);
-- A post's replies, oldest first.
create index activities_replies_idx on public.activities (reply_to_activity_uuid, created_at, uuid)
    where reply_to_activity_uuid is not null;
-- What the reaper deletes next.
create index activities_expiry_idx on public.activities (expires_at) where expires_at is not null;

create table public.activity_likes (
    activity_uuid uuid not null references public.activities on delete cascade,
    user_uuid     uuid not null references public.users on delete cascade,
    created_at    timestamptz not null default now(),
    primary key (activity_uuid, user_uuid)
);
create index activity_likes_user_idx on public.activity_likes (user_uuid, created_at desc);

create table public.activity_reposts (
    activity_uuid uuid not null references public.activities on delete cascade,
    user_uuid     uuid not null references public.users on delete cascade,
    created_at    timestamptz not null default now(),
    primary key (activity_uuid, user_uuid)
);
create index activity_reposts_user_idx on public.activity_reposts (user_uuid, created_at desc);

-- Every commit that changes what a feed shows tells the nodes that listen on `cruddur_feed`; PostgreSQL folds equal
-- notifications of one transaction. Transactions that notify commit one after another, so a writer that will notify by
-- itself, after its commit, says so by the setting cruddur.notifies = 'later'.
create function public.notify_feed() returns trigger
    language plpgsql
    set search_path = ''
as $$
begin
    if pg_catalog.current_setting('cruddur.notifies', true) is distinct from 'later' then
        perform pg_catalog.pg_notify('cruddur_feed', '');
    end if;
    return null;
end
$$;
revoke execute on function public.notify_feed() from public;

create trigger activities_notify_feed
    after insert or update or delete or truncate on public.activities
    for each statement execute function public.notify_feed();
create trigger users_notify_feed
    after update of display_name, handle or delete or truncate on public.users
    for each statement execute function public.notify_feed();

grant select, update (display_name, bio) on public.users to cruddur_app;
grant select, insert, update, delete on public.activities to cruddur_app;
grant select, insert, delete on public.activity_likes, public.activity_reposts to cruddur_app;
grant select on public.schema_migrations to cruddur_app;

-- `insert … on conflict (cognito_user_id) do nothing returning uuid` reads these two columns.
grant insert (display_name, handle, email, cognito_user_id), select (uuid, cognito_user_id) on public.users
    to cruddur_signup;

-- cruddur: down
drop table public.activity_reposts, public.activity_likes, public.activities, public.users;
drop function public.notify_feed();
drop extension pg_trgm;
alter table public.schema_migrations owner to current_user;
revoke select on public.schema_migrations from cruddur_app;
revoke usage, create on schema public from cruddur_owner, cruddur_app, cruddur_signup;
do $$
begin
    execute pg_catalog.format('revoke connect on database %I from cruddur_owner, cruddur_app, cruddur_signup',
                              pg_catalog.current_database());
    execute pg_catalog.format('grant connect, temporary on database %I to public', pg_catalog.current_database());
end
$$;
-- The roles stay: other databases of this server may use them.
