-- Makes the person whose handle is $1, disabled or not, nobody, as `leave` does, and returns who it was. What was theirs is hidden
-- with them, and reap_expired and shed_person delete it. No row: there is none.
select u.uuid, u.handle, u.cognito_user_id
from users u
cross join lateral public.leave(u.cognito_user_id) gone(uuid)
where lower(u.handle) = lower($1 collate "C") and u.left_at is null and gone.uuid is not null
