-- cruddur: up
set local role cruddur_owner;

-- False for what shows nothing: white space, controls, and what else Unicode has of invisible characters.
-- cmake/blank_code_points.pl makes the list from Unicode's properties; the API's own is made with it.
create function public.has_visible_character(text) returns boolean
    language sql immutable strict parallel safe
as $$
    select $1 operator(pg_catalog.~) '[^\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe-\uffff\U00013430-\U00013438\U00016fe4\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U0001fffe-\U0001ffff\U0002fffe-\U0002ffff\U0003fffe-\U0003ffff\U0004fffe-\U0004ffff\U0005fffe-\U0005ffff\U0006fffe-\U0006ffff\U0007fffe-\U0007ffff\U0008fffe-\U0008ffff\U0009fffe-\U0009ffff\U000afffe-\U000affff\U000bfffe-\U000bffff\U000cfffe-\U000cffff\U000dfffe-\U000e0fff\U000efffe-\U0010ffff]'
$$;

-- What nobody can see goes; people keep their handles for a name.
delete from public.activities where not public.has_visible_character(message);
update public.users set display_name = handle where not public.has_visible_character(display_name);

alter table public.users
    drop constraint users_display_name_length,
    add constraint users_display_name_length check (public.has_visible_character(display_name)
                                                    and char_length(display_name) <= 50);
alter table public.activities
    drop constraint activities_message_length,
    add constraint activities_message_length check (public.has_visible_character(message)
                                                    and char_length(message) <= 1024);

-- cruddur: down
set local role cruddur_owner;
alter table public.users
    drop constraint users_display_name_length,
    add constraint users_display_name_length check (display_name ~ '\S' and char_length(display_name) <= 50);
alter table public.activities
    drop constraint activities_message_length,
    add constraint activities_message_length check (message ~ '\S' and char_length(message) <= 1024);
drop function public.has_visible_character(text);
