-- The profile of the caller $1, with what they alone may see of it, as an outcome. No row: the caller is no user.
select 200 as status,
       format('{"uuid":"%s","handle":%s,"display_name":%s,"bio":%s,"cruds_count":%s,"followers_count":%s,"following_count":%s,'
              '"followed":false,"follows_you":false,"muted":false,"blocked":false,"cognito_user_uuid":%s,"email":%s}',
              u.uuid, to_json(u.handle), to_json(u.display_name), coalesce(to_json(u.bio)::text, 'null'),
              u.cruds_count, u.followers_count, u.following_count,
              to_json(u.cognito_user_id), coalesce(to_json(u.email)::text, 'null')) as body
from people u
where u.cognito_user_id = $1
