-- What create_activity_once kept for the user whose cognito_user_id is $1 under the key $2: whether it was asked the same
-- ($3, hexadecimal SHA-256), and the answer. No row: there is no such user, or the key was not kept or is a day old.
select k.request_hash = decode($3, 'hex') as same, k.response as body
from idempotency_keys k
join users u on u.uuid = k.user_uuid
where u.cognito_user_id = $1 and k.key = $2 and k.created_at > now() - interval '24 hours'
