"""The stack that Cruddur began with: Flask, psycopg and its pool, JSON rendered by PostgreSQL. Run by gunicorn."""

import os
import pathlib

from flask import Flask, Response
from psycopg_pool import ConnectionPool

app = Flask(__name__)
pool = ConnectionPool(os.environ["CONNECTION_URL"], min_size=4, max_size=10, open=True)

HOME = pathlib.Path(__file__).resolve().parent.parent / "guide_home.sql"
# As text: psycopg would make objects of the JSON, for Flask to render again.
FEED = f"SELECT ({HOME.read_text(encoding='utf-8')})::text"


@app.route("/api/activities/home")
def home():
    with pool.connection() as connection:
        with connection.cursor() as cursor:
            cursor.execute(FEED)
            return Response(cursor.fetchone()[0], mimetype="application/json")
