-- cruddur: up
set local role cruddur_owner;

-- The answers that were kept held the posts' text, which outlived them: now they are made of the post again.
alter table public.idempotency_keys add column activity_uuid uuid;
update public.idempotency_keys set activity_uuid = (response::json ->> 'uuid')::uuid;
alter table public.idempotency_keys
    drop column response,
    alter column activity_uuid set not null;

-- cruddur: down
set local role cruddur_owner;
delete from public.idempotency_keys; -- their answers are gone
alter table public.idempotency_keys
    drop column activity_uuid,
    add column response text not null;
