-- cruddur: up
set local role cruddur_owner;

-- The first answer to a POST that carried an Idempotency-Key, kept for 24 hours.
create table public.idempotency_keys (
    user_uuid     uuid not null references public.users on delete cascade,
    key           text collate "C" not null check (char_length(key) between 1 and 255),
    request_hash  bytea not null check (octet_length(request_hash) = 32), -- SHA-256 of the request
    response      text not null,                           -- the answer's body, byte for byte
    created_at    timestamptz not null default now(),
    primary key (user_uuid, key)
);
create index idempotency_keys_age_idx on public.idempotency_keys (created_at);
grant select, insert, update, delete on public.idempotency_keys to cruddur_app;

-- cruddur: down
drop table public.idempotency_keys;
