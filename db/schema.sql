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

-- The #tags and @handles in a text, in small letters. A mark within a word (an e-mail address, a link's #part) is none.
create function public.marked_words(message text) returns text[]
    language sql immutable strict parallel safe
as $$
    select array(select distinct pg_catalog.lower(found.word[1])
                 from pg_catalog.regexp_matches(message, '(?<![[:alnum:]_@#&/.-])(#(?:[^[:space:][:punct:]]|_){1,100}|@[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,48}[A-Za-z0-9_])?)', 'g') found(word))
$$;

-- The words by which a text is found: those of 'simple', which takes them as they are written but for case, and tags and
-- handles as words of their own. It is not strict, so that it is expanded where it is used, for two thirds of the cost.
create function public.search_words(message text) returns tsvector
    language sql immutable parallel safe
as $$
    select case when pg_catalog.strpos(message, '#') = 0 and pg_catalog.strpos(message, '@') = 0
                then pg_catalog.to_tsvector('simple'::pg_catalog.regconfig, message)
                else pg_catalog.to_tsvector('simple'::pg_catalog.regconfig, message)
                         operator(pg_catalog.||) pg_catalog.array_to_tsvector(public.marked_words(message))
           end
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
    -- Counts that a profile shows, and how far its notifications have been read. They change often and no index has them:
    -- room is left in each page for a row's next version, so that no index is written for it.
    cruds_count     integer not null default 0 check (cruds_count >= 0),
    followers_count integer not null default 0 check (followers_count >= 0),
    following_count integer not null default 0 check (following_count >= 0),
    notifications_read_until timestamptz not null default '-infinity',
    -- Who is hidden is nobody to all others, and to the API: an administrator has disabled them, which can be taken back, or
    -- they have left, and what was theirs is being deleted.
    disabled_at     timestamptz,
    left_at         timestamptz,
    hidden          boolean not null default false,
    constraint users_cognito_user_id_key unique (cognito_user_id),
    constraint users_hidden_for_a_reason check (hidden = (disabled_at is not null or left_at is not null))
) with (fillfactor = 85);
create unique index users_handle_key on public.users (lower(handle));
create unique index users_email_key on public.users (lower(email));
-- Who has a display name that begins so, in whatever case; of handles users_handle_key tells it. Names compare by their bytes,
-- so that all that begin alike stand together.
create index users_display_name_idx on public.users ((lower(display_name) collate "C"), uuid);
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
) with (fillfactor = 85); -- room for a row's next version: none of the indexes has a count, so none is written for it
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
-- What has all of some words.
create index activities_words_idx on public.activities using gin (public.search_words(message));

-- Likes and reposts hold their post and their person without a foreign key: with many transactions liking one post, or many
-- likes of one person at the same time, its key-share locks become a list of them (a MultiXact), which each has to rewrite,
-- and everybody who reads the row to read. The triggers below keep what the keys would.
create table public.activity_likes (
    activity_uuid uuid not null,
    user_uuid     uuid not null,
    created_at    timestamptz not null default now(),
    primary key (activity_uuid, user_uuid)
);
create index activity_likes_user_idx on public.activity_likes (user_uuid, created_at desc);
create table public.activity_reposts (
    activity_uuid uuid not null,
    user_uuid     uuid not null,
    created_at    timestamptz not null default now(),
    primary key (activity_uuid, user_uuid)
);
create index activity_reposts_user_idx on public.activity_reposts (user_uuid, created_at desc);
-- The newest who liked or reposted a post.
create index activity_likes_newest_idx on public.activity_likes (activity_uuid, created_at desc, user_uuid desc);
create index activity_reposts_newest_idx on public.activity_reposts (activity_uuid, created_at desc, user_uuid desc);


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
-- A row or more where one of two does not see the other, who is hidden or stands behind a block of either. Asked for of two columns
-- it is expanded where it is used (EXPLAIN has no Function Scan); of a subquery it would not be.
create function public.kept_apart(one uuid, other uuid) returns setof boolean
    language sql stable
as $$
    select true from public.users h where h.uuid = other and h.hidden
    union all
    select true from public.blocks b where b.blocker_uuid = one and b.blocked_uuid = other
    union all
    select true from public.blocks b where b.blocker_uuid = other and b.blocked_uuid = one
$$;

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

-- A conversation of two people: one a pair, whoever writes first.
create table public.message_groups (
    uuid             uuid primary key default gen_random_uuid(),
    first_user_uuid  uuid not null references public.users on delete cascade,
    second_user_uuid uuid not null references public.users on delete cascade,
    created_at       timestamptz not null default now(),
    constraint message_groups_pair unique (first_user_uuid, second_user_uuid),
    constraint message_groups_in_order check (first_user_uuid < second_user_uuid)
);
create index message_groups_second_idx on public.message_groups (second_user_uuid);

-- The conversation as each of the two has it; made with it.
create table public.message_group_members (
    message_group_uuid uuid not null references public.message_groups on delete cascade,
    user_uuid          uuid not null references public.users on delete cascade,
    other_user_uuid    uuid not null,
    last_message_at    timestamptz,                        -- null: it has no message
    read_until         timestamptz not null default '-infinity',
    unread_count       integer not null default 0 check (unread_count >= 0),
    primary key (message_group_uuid, user_uuid)
);
-- A person's conversations, newest first.
create index message_group_members_user_idx
    on public.message_group_members (user_uuid, last_message_at desc, message_group_uuid desc);

create table public.messages (
    uuid               uuid primary key default gen_random_uuid(),
    message_group_uuid uuid not null,
    sender_uuid        uuid not null,
    receiver_uuid      uuid not null,
    message            text not null
                       constraint messages_message_length check (public.has_visible_character(message)
                                                             and char_length(message) <= 1024),
    created_at         timestamptz not null default now(),
    constraint messages_sender_is_member foreign key (message_group_uuid, sender_uuid)
        references public.message_group_members on delete cascade,
    constraint messages_receiver_is_member foreign key (message_group_uuid, receiver_uuid)
        references public.message_group_members on delete cascade,
    constraint messages_to_another check (sender_uuid <> receiver_uuid)
);
-- A conversation, newest first.
create index messages_group_idx on public.messages (message_group_uuid, created_at desc, uuid desc);

-- What was reported, with the text as it was then: expiry does not destroy the evidence. Kept for 90 days. Of people who
-- have deleted their account it says nothing but the text.
create table public.reports (
    uuid          uuid primary key default gen_random_uuid(),
    activity_uuid uuid not null,                           -- which may be gone by now
    author_uuid   uuid references public.users on delete set null,
    reporter_uuid uuid references public.users on delete set null,
    reason        text not null constraint reports_reason_known check (reason in ('spam', 'abuse', 'illegal', 'other')),
    message       text not null,
    created_at    timestamptz not null default now(),
    closed_at     timestamptz,
    closed_by     text,
    constraint reports_once_a_reporter unique (activity_uuid, reporter_uuid),
    constraint reports_closed_by_somebody check ((closed_at is null) = (closed_by is null))
);
-- Oldest first: what a moderator reads next, and what is 90 days old.
create index reports_age_idx on public.reports (created_at, uuid);
create index reports_author_idx on public.reports (author_uuid);
create index reports_reporter_idx on public.reports (reporter_uuid);

-- What a POST that carried an Idempotency-Key made: asked again within 24 hours it is answered by what it made, for as
-- long as that is there. No text of a post is kept here, so that none outlives it.
create table public.idempotency_keys (
    user_uuid     uuid not null references public.users on delete cascade,
    key           text collate "C" not null check (char_length(key) between 1 and 255),
    request_hash  bytea not null check (octet_length(request_hash) = 32), -- SHA-256 of the request
    created_at    timestamptz not null default now(),
    activity_uuid uuid,                                    -- one of the two, which may be gone by now
    message_uuid  uuid,
    primary key (user_uuid, key),
    constraint idempotency_keys_made_one check (num_nonnulls(activity_uuid, message_uuid) = 1)
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
    after update of display_name, handle, hidden or delete or truncate on public.users
    for each statement execute function public.notify_feed();

-- Counts stand in the row that they are of, and whoever inserts or deletes what is counted, by hand or by a cascade, moves
-- them: what a like costs does not depend on how many there are.
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
create trigger activity_likes_count_new after insert on public.activity_likes
    referencing new table as changed for each statement execute function public.count_reactions('like');
create trigger activity_likes_count_gone after delete on public.activity_likes
    referencing old table as changed for each statement execute function public.count_reactions('like');
create trigger activity_reposts_count_new after insert on public.activity_reposts
    referencing new table as changed for each statement execute function public.count_reactions('repost');
create trigger activity_reposts_count_gone after delete on public.activity_reposts
    referencing old table as changed for each statement execute function public.count_reactions('repost');
-- With a person go their likes and reposts.
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

create function public.add_members() returns trigger
    language plpgsql security definer
    set search_path = ''
as $$
begin
    insert into public.message_group_members (message_group_uuid, user_uuid, other_user_uuid)
    select uuid, first_user_uuid, second_user_uuid from changed
    union all
    select uuid, second_user_uuid, first_user_uuid from changed;
    return null;
end
$$;
create trigger message_groups_add_members after insert on public.message_groups
    referencing new table as changed for each statement execute function public.add_members();

-- Keeps what a list of conversations shows.
create function public.count_messages() returns trigger
    language plpgsql security definer
    set search_path = ''
as $$
begin
    if not exists (select from changed) then
        return null;
    end if;
    perform from public.message_group_members
    where message_group_uuid in (select message_group_uuid from changed)
    order by message_group_uuid, user_uuid for no key update;
    if tg_op = 'INSERT' then
        update public.message_group_members member
        set last_message_at = greatest(member.last_message_at, counted.newest),
            unread_count = member.unread_count
                + (select count(*)::integer
                   from changed
                   where changed.message_group_uuid = member.message_group_uuid and changed.receiver_uuid = member.user_uuid
                     and changed.created_at > member.read_until)
        from (
            select message_group_uuid, pg_catalog.max(created_at) as newest from changed group by message_group_uuid
        ) counted
        where member.message_group_uuid = counted.message_group_uuid;
    else
        update public.message_group_members member
        set last_message_at = (select pg_catalog.max(m.created_at)
                               from public.messages m
                               where m.message_group_uuid = member.message_group_uuid),
            unread_count = greatest(member.unread_count
                - (select count(*)::integer
                   from changed
                   where changed.message_group_uuid = member.message_group_uuid and changed.receiver_uuid = member.user_uuid
                     and changed.created_at > member.read_until), 0)
        from (select distinct message_group_uuid from changed) counted
        where member.message_group_uuid = counted.message_group_uuid;
    end if;
    return null;
end
$$;
create trigger messages_count_new after insert on public.messages
    referencing new table as changed for each statement execute function public.count_messages();
create trigger messages_count_gone after delete on public.messages
    referencing old table as changed for each statement execute function public.count_messages();

-- A read marker never moves back, and what is unread is counted anew from it on. The row is locked by then, so that a
-- message that comes at the same time is either seen here or added afterwards.
create function public.count_unread() returns trigger
    language plpgsql security definer
    set search_path = ''
as $$
begin
    new.read_until := greatest(old.read_until, new.read_until);
    new.unread_count := (select count(*)
                         from public.messages m
                         where m.message_group_uuid = new.message_group_uuid and m.receiver_uuid = new.user_uuid
                           and m.created_at > new.read_until);
    return new;
end
$$;
create trigger message_group_members_count_unread before update of read_until on public.message_group_members
    for each row execute function public.count_unread();
revoke execute on function public.count_activities(), public.notify_people(), public.count_reactions(), public.end_reactions(),
    public.count_follows(), public.end_follows(), public.end_blocked_follows(), public.add_members(), public.count_messages(), public.count_unread() from public;

-- Messages are seen by the two whose they are, whatever a statement asks for: all roles but the owner see those of the
-- person that the transaction acts for. Statements run one a transaction, many in a pipeline, so each has to say for whom
-- before it reads. A condition without columns is tested before anything below it is read (EXPLAIN has it as a One-Time
-- Filter above the scan), also where there is nothing but a scan:
--     with caller as materialized (
--       select set_config('cruddur.caller', uuid::text, true)::uuid as uuid from users where cognito_user_id = $1
--     )
--     select … from messages m where (select uuid from caller) is not null and …
-- The setting ends with its transaction, and who forgets it sees no row. Measured on pages of 20, prepared, in pgbench:
-- without policy 13,500/s, this 12,000, the setting made by a function 7,200, by a statement of its own 6,100. A statement for
-- several callers makes it anew for each (queries/messages.sql).
create function public.caller() returns uuid
    language sql stable
as $$
    select nullif(pg_catalog.current_setting('cruddur.caller', true), '')::uuid
$$;
alter table public.messages enable row level security;
-- Whose the messages are is asked of each row: once a statement would do for one caller alone. `in` would do; but of that the
-- planner expects hardly a row, and sorts a whole conversation for a page of it.
create policy messages_read on public.messages for select
    using (case public.caller() when sender_uuid then true when receiver_uuid then true else false end);
create policy messages_write on public.messages for insert with check (sender_uuid = (select public.caller()));
-- Who has left may have deleted what was written to them, too.
create policy messages_delete on public.messages for delete
    using (sender_uuid = (select public.caller())
           or receiver_uuid = (select public.caller())
              and exists (select from public.users u where u.uuid = (select public.caller()) and u.left_at is not null));

grant select, update (display_name, bio, notifications_read_until), delete on public.users to cruddur_app;
grant select, update (display_name, bio, notifications_read_until) on public.people to cruddur_app;
grant execute on function public.leave(text) to cruddur_app;
-- The counts are the triggers' to write; the right to update one is what locking a row asks for.
grant select, delete, insert (uuid, user_uuid, message, reply_to_activity_uuid, expires_at), update (likes_count)
    on public.activities to cruddur_app;
grant select, insert, delete on public.activity_likes, public.activity_reposts, public.follows, public.mutes, public.blocks
    to cruddur_app;
grant select, delete on public.notifications to cruddur_app;
grant select, insert (first_user_uuid, second_user_uuid), delete on public.message_groups to cruddur_app;
grant select, update (read_until) on public.message_group_members to cruddur_app;
grant select, insert (uuid, message_group_uuid, sender_uuid, receiver_uuid, message), delete on public.messages to cruddur_app;
grant select, insert (activity_uuid, author_uuid, reporter_uuid, reason, message), update (author_uuid, reporter_uuid), delete
    on public.reports to cruddur_app;
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
    (7, 'feed_membership', now()),
    (8, 'search_words', now()),
    (9, 'no_trigrams', now()),
    (10, 'follows', now()),
    (11, 'counts', now()),
    (12, 'recount', now()),
    (13, 'messages', now()),
    (14, 'reports', now()),
    (20, 'people', now()),
    (21, 'hidden_people', now()),
    (22, 'kept_apart', now()),
    (23, 'reactions_without_keys', now()),
    (24, 'callers_of_one_statement', now());

reset role;
