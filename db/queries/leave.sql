-- The caller $1 leaves, as an outcome: from now on they are nobody. What is theirs is hidden with them, and reap_expired and
-- shed_person delete it, however much it is. No row: the caller is no user.
select 200 as status, format('{"uuid":"%s"}', gone.uuid) as body
from people me
cross join lateral public.leave(me.cognito_user_id) gone(uuid)
where me.cognito_user_id = $1 and gone.uuid is not null
