-- cruddur: up
set local role cruddur_owner;

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

grant select, insert (activity_uuid, author_uuid, reporter_uuid, reason, message), delete on public.reports to cruddur_app;

-- cruddur: down
drop table public.reports;
