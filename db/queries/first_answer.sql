-- What create_activity_once made for the user whose cognito_user_id is $1 under the key $2, as it was given, where it is
-- there still, and null where it has expired or was deleted; and whether it was asked the same ($3, hexadecimal SHA-256).
-- No row: there is no such user, or the key was not kept or is a day old.
select a.uuid, u.display_name, u.handle, a.message, 0 as replies_count, 0 as reposts_count, 0 as likes_count,
       a.reply_to_activity_uuid, a.expires_at, a.created_at, k.request_hash = decode($3, 'hex') as same
from idempotency_keys k
join people u on u.uuid = k.user_uuid
left join activities a on a.uuid = k.activity_uuid and (a.expires_at is null or a.expires_at > now())
where u.cognito_user_id = $1 and k.key = $2 and k.created_at > now() - interval '24 hours'
