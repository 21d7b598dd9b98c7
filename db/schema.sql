-- The whole schema of Cruddur, for an empty database. `cruddur db schema-load` runs it in one transaction; by hand it
-- is `psql --single-transaction -v ON_ERROR_STOP=1 -f db/schema.sql`. It creates and never drops: loading it a second
-- time is refused. Later changes are files of db/migrations, which end at the same schema.
--
-- It needs the database's owner, superuser or not. Amazon RDS's master user (CREATEROLE, CREATEDB, member of
-- rds_superuser) is enough. Every name is qualified, so that no search_path can change what it means.

do $$
begin
    if pg_catalog.to_regclass('public.users') is not null or pg_catalog.to_regclass('public.activities') is not null then
        raise exception 'the schema is loaded already' using
            errcode = 'duplicate_table',
            hint = '''cruddur db migrate'' brings it up to date; ''cruddur db setup'' drops the database and begins anew.';
    end if;
end
$$;

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

set local role cruddur_owner;

-- Which migrations this database has. `cruddur db schema-load` fills in the checksums.
create table if not exists public.schema_migrations (
    version     bigint primary key check (version > 0),
    name        text not null,
    checksum    text,                                      -- SHA-256 of the file; null: as in schema.sql
    applied_at  timestamptz,                               -- null: begun, outside of a transaction, and not ended
    duration_ms bigint not null default 0
);
alter table public.schema_migrations owner to cruddur_owner;

-- False for what shows nothing: white space, controls, and what else Unicode has of invisible characters.
-- cmake/blank_code_points.pl makes the list from Unicode's properties; the API's own is made with it.
create function public.has_visible_character(text) returns boolean
    language sql immutable strict parallel safe
as $$
    select $1 operator(pg_catalog.~) '[^\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe-\uffff\U00013430-\U00013438\U00016fe4\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U0001fffe-\U0001ffff\U0002fffe-\U0002ffff\U0003fffe-\U0003ffff\U0004fffe-\U0004ffff\U0005fffe-\U0005ffff\U0006fffe-\U0006ffff\U0007fffe-\U0007ffff\U0008fffe-\U0008ffff\U0009fffe-\U0009ffff\U000afffe-\U000affff\U000bfffe-\U000bffff\U000cfffe-\U000cffff\U000dfffe-\U000e0fff\U000efffe-\U0010ffff]'
$$;

create table public.users (
    uuid            uuid primary key default gen_random_uuid(),
    display_name    text not null
                    constraint users_display_name_length check (public.has_visible_character(display_name)
                                                                  and char_length(display_name) <= 50),
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
                           constraint activities_message_length check (public.has_visible_character(message)
                                                               and char_length(message) <= 1024),
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
-- Posts and replies alike, newest first: where a search begins.
create index activities_newest_idx on public.activities (created_at desc, uuid desc);
-- A person's activities, newest first.
create index activities_user_idx on public.activities (user_uuid, created_at desc, uuid desc);
-- A post's replies, oldest first.
create index activities_replies_idx on public.activities (reply_to_activity_uuid, created_at, uuid)
    where reply_to_activity_uuid is not null;
-- What the reaper deletes next.
create index activities_expiry_idx on public.activities (expires_at) where expires_at is not null;
-- `message ilike '%term%'`.
create index activities_message_idx on public.activities using gin (message public.gin_trgm_ops);

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

-- What a POST that carried an Idempotency-Key made: asked again within 24 hours it is answered by what it made, for as
-- long as that is there. No text of a post is kept here, so that none outlives it.
create table public.idempotency_keys (
    user_uuid     uuid not null references public.users on delete cascade,
    key           text collate "C" not null check (char_length(key) between 1 and 255),
    request_hash  bytea not null check (octet_length(request_hash) = 32), -- SHA-256 of the request
    created_at    timestamptz not null default now(),
    activity_uuid uuid not null,                           -- which may be gone by now
    primary key (user_uuid, key)
);
create index idempotency_keys_age_idx on public.idempotency_keys (created_at);

-- Every commit that changes which posts a feed has, or what stands in them, tells the nodes that listen on `cruddur_feed`;
-- PostgreSQL folds equal notifications of one transaction. One that only moves counts does not. Transactions that notify commit one after another, so a writer that will notify by
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
    after insert or delete or truncate
       or update of uuid, user_uuid, message, reply_to_activity_uuid, expires_at, created_at on public.activities
    for each statement execute function public.notify_feed();
create trigger users_notify_feed
    after update of display_name, handle or delete or truncate on public.users
    for each statement execute function public.notify_feed();

grant select, update (display_name, bio) on public.users to cruddur_app;
grant select, insert, update, delete on public.activities to cruddur_app;
grant select, insert, delete on public.activity_likes, public.activity_reposts to cruddur_app;
grant select, insert, update, delete on public.idempotency_keys to cruddur_app;
grant select on public.schema_migrations to cruddur_app;

-- `insert … on conflict (cognito_user_id) do nothing returning uuid` reads these two columns.
grant insert (display_name, handle, email, cognito_user_id), select (uuid, cognito_user_id) on public.users
    to cruddur_signup;

-- The migrations that this file holds.
insert into public.schema_migrations (version, name, applied_at) values
    (1, 'first_schema', now()),
    (2, 'idempotency_keys', now()),
    (3, 'message_search', now()),
    (4, 'newest_activities', now()),
    (5, 'idempotency_without_text', now()),
    (6, 'visible_text', now()),
    (7, 'feed_membership', now());

reset role;
