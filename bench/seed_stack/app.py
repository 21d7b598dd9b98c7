"""The stack that Cruddur began with: Flask, psycopg and its pool, JSON rendered by PostgreSQL. Run by gunicorn."""

import os

from flask import Flask, Response
from psycopg_pool import ConnectionPool

app = Flask(__name__)
pool = ConnectionPool(os.environ["CONNECTION_URL"], min_size=4, max_size=10, open=True)

FEED = """
(SELECT COALESCE(array_to_json(array_agg(row_to_json(array_row))),'[]'::json)::text FROM (
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
) array_row)
"""


@app.route("/api/activities/home")
def home():
    with pool.connection() as connection:
        with connection.cursor() as cursor:
            cursor.execute(FEED)
            return Response(cursor.fetchone()[0], mimetype="application/json")
