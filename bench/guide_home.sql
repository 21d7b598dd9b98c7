-- The home feed as the guide that Cruddur began with writes it: rows made JSON by PostgreSQL, array and all. A page of 20
-- posts that have not expired is added to it, which is what the API answers.
SELECT COALESCE(array_to_json(array_agg(row_to_json(array_row))),'[]'::json) FROM (
  SELECT
    activities.uuid,
    users.display_name,
    users.handle,
    activities.message,
    activities.replies_count,
    activities.reposts_count,
    activities.likes_count,
    activities.reply_to_activity_uuid,
    activities.expires_at,
    activities.created_at
  FROM public.activities
  LEFT JOIN public.users ON users.uuid = activities.user_uuid
  WHERE activities.reply_to_activity_uuid IS NULL AND activities.expires_at > now()
  ORDER BY activities.created_at DESC
  LIMIT 20
) array_row
