-- Copies the people of before_cruddur.users as the schema has them, whatever columns they come with. What the schema
-- refuses is changed and counted: a row is its whole number, its name, handle, e-mail address, bio and identity.
with came as (
    select u.uuid, to_jsonb(u) as given
    from before_cruddur.users u
), read as (
    select uuid,
           given ->> 'display_name' as old_name,
           given ->> 'handle' as old_handle,
           given ->> 'email' as old_email,
           given ->> 'bio' as old_bio,
           given ->> 'cognito_user_id' as old_identity,
           coalesce((given ->> 'created_at')::timestamptz, now()) as created_at,
           replace(uuid::text, '-', '') as digits,
           coalesce(given ->> 'handle' ~ '^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,48}[A-Za-z0-9_])?$', false) as fits
    from came
), formed as (
    select *,
           case when fits then old_handle
                else coalesce(nullif(trim(both '.-' from left(regexp_replace(old_handle, '[^A-Za-z0-9_.-]+', '_', 'g'), 50)),
                                     ''),
                              'user_' || left(digits, 12))
           end as new_handle,
           case when old_email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and char_length(old_email) <= 254
                then old_email end as new_email,
           case when left(old_bio, 160) ~ '\S' then left(old_bio, 160) end as new_bio,
           coalesce(nullif(left(old_identity, 218), ''), 'taken-over-' || uuid) as new_identity
    from read
), counted as (
    select *,
           row_number() over (partition by lower(new_handle) order by fits desc, created_at, uuid) as handle_turn,
           row_number() over (partition by lower(new_email) order by created_at, uuid) as email_turn,
           row_number() over (partition by new_identity order by created_at, uuid) as identity_turn
    from formed
), made as (
    select uuid, created_at, old_name, old_handle, old_email, old_bio, old_identity, new_bio,
           case when handle_turn = 1 then new_handle else left(new_handle, 37) || '_' || left(digits, 12) end as new_handle,
           case when email_turn = 1 then new_email end as new_email,
           case when identity_turn = 1 then new_identity else new_identity || '-' || uuid end as new_identity
    from counted
), named as (
    select *, case when left(old_name, 50) ~ '\S' then left(old_name, 50) else new_handle end as new_name
    from made
), taken as (
    insert into public.users (uuid, display_name, handle, email, bio, cognito_user_id, created_at)
    select uuid, new_name, new_handle, new_email, new_bio, new_identity, created_at
    from named
    returning uuid
)
select (select count(*) from taken) as people,
       count(*) filter (where new_name is distinct from old_name) as names,
       count(*) filter (where new_handle is distinct from old_handle) as handles,
       count(*) filter (where new_email is distinct from old_email) as emails,
       count(*) filter (where new_bio is distinct from old_bio) as bios,
       count(*) filter (where new_identity is distinct from old_identity) as identities
from named
