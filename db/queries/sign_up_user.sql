-- The user of a confirmed sign-up: display name, handle, email, sub. One row the first time; none when this sub has its
-- user already. Another user's handle or email is a unique_violation.
insert into public.users (display_name, handle, email, cognito_user_id)
values ($1, $2, $3, $4)
on conflict (cognito_user_id) do nothing
returning uuid
