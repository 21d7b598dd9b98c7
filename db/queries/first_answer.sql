-- What create_activity_once made for the user whose cognito_user_id is $1 under the key $2: whether it was asked the same
-- ($3, hexadecimal SHA-256), and the answer as it was given, of the post that is there still; null where it has expired or
-- was deleted. No row: there is no such user, or the key was not kept or is a day old.
select k.request_hash = decode($3, 'hex') as same,
       case when a.uuid is not null then format(
         '{"uuid":"%s","display_name":%s,"handle":%s,"message":%s,"replies_count":%s,"reposts_count":%s,"likes_count":%s,'
         '"reply_to_activity_uuid":%s,"expires_at":%s,"created_at":"%s","replies":[],"liked":%s,"reposted":%s}',
         a.uuid, to_json(u.display_name), to_json(u.handle), to_json(a.message), 0, 0, 0,
         coalesce('"' || a.reply_to_activity_uuid || '"', 'null'),
         coalesce(to_char(a.expires_at at time zone 'utc', '"\""YYYY-MM-DD"T"HH24":"MI":"SS.US"Z\""'), 'null'),
         to_char(a.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24":"MI":"SS.US"Z"'),
         'false', 'false') end as body
from idempotency_keys k
join users u on u.uuid = k.user_uuid
left join activities a on a.uuid = k.activity_uuid and (a.expires_at is null or a.expires_at > now())
where u.cognito_user_id = $1 and k.key = $2 and k.created_at > now() - interval '24 hours'
