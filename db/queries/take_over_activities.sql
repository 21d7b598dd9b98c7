-- Copies the posts of before_cruddur.activities as the schema has them, whatever columns they come with, and each reply
-- after what it replies to. Counts are not copied: a later migration counts what is there. A row: how many there are; were
-- taken; have no author; have no message that fits; and were replies to nothing that is known, which are posts now.
with recursive came as (
    select a.uuid, a.user_uuid::text as author, a.message::text as message, to_jsonb(a) as given,
           to_jsonb(a) ->> 'reply_to_activity_uuid' as answers
    from before_cruddur.activities a
), fit as (
    select came.*, users.uuid as user_uuid, parent.uuid as parent
    from came
    join public.users on users.uuid::text = came.author
    left join came parent on parent.uuid::text = came.answers and parent.uuid <> came.uuid
    where came.message ~ '\S' and char_length(came.message) <= 1024
), chosen as (
    select uuid, null::uuid as reply_to
    from fit
    where parent is null and char_length(message) <= 280
    union all
    select fit.uuid, fit.parent
    from chosen
    join fit on fit.parent = chosen.uuid
), taken as (
    insert into public.activities (uuid, user_uuid, message, reply_to_activity_uuid, expires_at, created_at)
    select fit.uuid, fit.user_uuid, fit.message, chosen.reply_to, (fit.given ->> 'expires_at')::timestamptz,
           coalesce((fit.given ->> 'created_at')::timestamptz, now())
    from chosen
    join fit using (uuid)
    returning uuid, reply_to_activity_uuid
)
select (select count(*) from came) as posts,
       (select count(*) from taken) as taken,
       (select count(*) from came where not exists (select from public.users where users.uuid::text = came.author)) as strays,
       (select count(*) from came where not coalesce(message ~ '\S' and char_length(message) <= 1024, false)) as unfit,
       (select count(*) from taken join came using (uuid)
        where came.answers is not null and taken.reply_to_activity_uuid is null) as detached
