-- The row that a post is, and nothing besides. As the API does, it notifies nobody from inside of its transaction: commits
-- that notify wait for one another.
with author as (
  select uuid, set_config('cruddur.notifies', 'later', true)
  from public.users
  where cognito_user_id = $1
)
insert into public.activities (user_uuid, message, expires_at)
select uuid, $2, now() + $3::interval
from author
