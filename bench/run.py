#!/usr/bin/env python3
"""Runs Cruddur beside its peers on this machine, in turn, and prints ratios with their spread.

Each comparison runs its contestants one after the other, round by round, so that a machine whose speed drifts slows
both; the ratio is taken within a round. A ratio above 1 is in Cruddur's favour.
"""

import argparse
import contextlib
import datetime
import os
import pathlib
import statistics
import sys
import tempfile
import time

from cold_start import contestants
from load import CONNECTIONS, Pgbench, h2load, run, wrk
from reads import EACH, PEOPLE, RARE, asks, identity, like_rows, read_rows
from servers import HERE, TOP, Everything, Nginx, SeedStack, Serve, fetch
from tokens import Tokens

FEED = "/api/activities/home"
SEARCH = f"/api/activities/search?term={RARE}"
OVERLOAD_CONNECTIONS = 5 * CONNECTIONS
# Both sides' server, as PostgreSQL's manual begins one that has the machine: a quarter of its memory for what is read, and
# no checkpoint in the middle of a comparison. With the 128 MB of its defaults most of what is measured is copied from the kernel.
SERVER_SETTINGS = [argument for name, value in (("shared_buffers", f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') // 4 // 2**20}MB"),
                                                ("max_wal_size", "8GB"), ("checkpoint_timeout", "30min"))
                   for argument in ("-c", f"alter system set {name} = '{value}'")]


def say(what):
    print(what, file=sys.stderr, flush=True)


class Table:
    def __init__(self):
        self.missed = []
        print(f"{'':58} {'ours/s':>10} {'theirs/s':>10}   {'ratio':>7}  {'min':>7} – {'max':<7} wanted")

    def compare(self, what, rounds, ours, theirs, wanted, at_most=False):
        """Runs both in turn. The ratio is ours to theirs, or with at_most theirs to ours: what ours costs more."""
        pairs = [(ours(), theirs()) for _ in range(rounds)]
        ratios = [b / a if at_most else a / b for a, b in pairs]
        middle = statistics.median(ratios)
        mine, other = (statistics.median(column) for column in zip(*pairs))
        good = middle <= wanted if at_most else middle >= wanted
        print(f"{what:58} {mine:10.0f} {other:10.0f}   {middle:6.2f}×  {min(ratios):6.2f}× – {max(ratios):5.2f}×  "
              f"{'≤' if at_most else '≥'} {wanted}{'' if good else '  MISSED'}", flush=True)
        if not good:
            self.missed.append(what)

    def grown(self, what, rounds, large, small, wanted):
        """The milliseconds of the median and of 99 of 100, with ten times the posts and without, in turn."""
        pairs = [(large(), small()) for _ in range(rounds)]
        for at, name in enumerate(("median", "99 of 100")):
            many, few = (statistics.median(side[at] for side in column) for column in zip(*pairs))
            ratios = [one[at] / other[at] for one, other in pairs]
            good = statistics.median(ratios) <= wanted
            print(f"{f'{what}, {name}':58} {many:7.2f} ms {few:7.2f} ms {statistics.median(ratios):6.2f}×  "
                  f"{min(ratios):6.2f}× – {max(ratios):5.2f}×  ≤ {wanted}{'' if good else '  MISSED'}", flush=True)
            if not good:
                self.missed.append(f"{what}, {name}")

    def figure(self, what, value, unit, wanted):
        good = value <= wanted
        print(f"{what:58} {value:10.1f} {unit:10} {'':28} ≤ {wanted}{'' if good else '  MISSED'}", flush=True)
        if not good:
            self.missed.append(what)


def in_database(url, name):
    """The same server's database of that name: psql takes the last dbname given."""
    head, _, tail = url.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{tail}" if tail else "")


def psql(url, *arguments):
    return run(["psql", url, "-X", "-q", "-v", "ON_ERROR_STOP=1", *arguments], 3600)


def load(program, url, name, posts, keep):
    """A database of so many posts of 100,000 people."""
    there = in_database(url, name)
    if keep and psql(url, "-At", "-c", f"select 1 from pg_database where datname = '{name}'"):
        say(f"Keeping {name} as it is")
        return there
    say(f"Loading {posts:,} posts of {PEOPLE * EACH:,} people into {name}")
    psql(url, "-c", f"drop database if exists {name} with (force)", "-c", f"create database {name}")
    environment = {**os.environ, "CONNECTION_URL": there}
    run([program, "db", "schema-load"], 60, env=environment)
    run([program, "demo", "--people", PEOPLE * EACH, "--posts", posts], 3600, env=environment)
    psql(there, "-c", "vacuum (analyze)", "-c", "checkpoint")
    return there


def for_a_processor_second(server, url, seconds):
    """How many requests it serves by a second of a processor, at full speed."""
    before = server.processor_seconds()
    return wrk(url, seconds) * seconds / (server.processor_seconds() - before)


def feed(table, options, program, folder, url, tokens):
    rounds, seconds = options.rounds, options.seconds

    def statement(query, *values):
        found = Pgbench(url, query, values, folder, max(1, seconds // 2))
        say(found)
        return found
    guide = statement(HERE / "guide_home.sql")
    insert = statement(HERE / "insert_activity.sql", "demo-1", "The same row, written durably, again and again.", "7 days")
    # The rows tried just now have left many versions of their author's row, which every reader would walk.
    psql(url, "-c", "vacuum (analyze) users, activities")
    callers = [f"GET {FEED} {tokens.access_token(identity(number))}" for number in range(1, PEOPLE + 1)]
    author = {"BENCH_TOKEN": tokens.access_token("demo-1")}
    with contextlib.ExitStack() as running:
        plain = running.enter_context(Serve("serve-no-snapshot", program, folder, url, tokens, "--no-snapshot"))
        table.compare("home feed, no snapshot | pgbench, the guide's", rounds, lambda: wrk(plain.url + FEED, seconds),
                      lambda: guide(seconds), 1.2)
        stack = running.enter_context(SeedStack(folder, url))
        table.compare("home feed, no snapshot | Flask and psycopg", rounds, lambda: wrk(plain.url + FEED, seconds),
                      lambda: wrk(stack.url, seconds), 1)
        ours = running.enter_context(Serve("serve", program, folder, url, tokens))
        table.compare("home feed, signed in | pgbench, the guide's", rounds,
                      asks(ours, callers, folder, seconds), lambda: guide(seconds), 1.5)
        table.compare("home feed | Flask and psycopg", rounds, lambda: wrk(ours.url + FEED, seconds),
                      lambda: wrk(stack.url, seconds), 10)
        body = fetch(ours.url + FEED)
        nginx = running.enter_context(Nginx("nginx", folder, body))
        table.compare("home feed | nginx, the same bytes", rounds, lambda: wrk(ours.url + FEED, seconds),
                      lambda: wrk(nginx.url, seconds), 1.3)
        table.compare("home feed: its processor time | nginx's", rounds,
                      lambda: for_a_processor_second(ours, ours.url + FEED, seconds),
                      lambda: for_a_processor_second(nginx, nginx.url, seconds), 0.6, at_most=True)
        constant = running.enter_context(Nginx("nginx-constant", folder, body, in_memory=True))
        table.compare("home feed | nginx, a text of its configuration", rounds, lambda: wrk(ours.url + FEED, seconds),
                      lambda: wrk(constant.url, seconds), 0.9)
        table.compare("create activity | pgbench, the same row", rounds,
                      lambda: wrk(ours.url, seconds, HERE / "post.lua", author), lambda: insert(seconds), 1.2)
        table.figure("serve's peak resident memory", max(ours.resident_mib(), plain.resident_mib()), "MiB", 64)


def overload(table, options, program, folder, url, tokens):
    """Ten times what can be served of the dearest request: a word that one post in two hundred has. Load, server and
    database share one machine here, so the load must be one that ten times as much of it costs little."""
    seconds = 2 * options.seconds
    asked, refused_ms = [], []
    with Serve("serve-overload", program, folder, url, tokens, "--no-snapshot") as ours:
        def peak():
            return wrk(ours.url + SEARCH, seconds, connections=CONNECTIONS // 4)
        peaks = [peak(), peak()]

        def beyond():
            served, asked_for, refused = h2load(ours.url + SEARCH, seconds, OVERLOAD_CONNECTIONS, 10 * peaks[-1],
                                                folder / "overload.log")
            asked.append(asked_for / peaks[-1])
            refused.sort()
            refused_ms.append(refused[len(refused) * 99 // 100])
            time.sleep(2)  # what was let in is served
            return served

        def again():
            peaks.append(peak())
            return peaks[-1]
        table.compare("search, ten times the peak | the peak", options.rounds, beyond, again, 0.9)
    say(f"Beyond its limits it was asked {statistics.median(asked):.1f} times for each request it can serve")
    table.figure("a refusal (503), 99 of 100, median round", statistics.median(refused_ms), "ms", 20)


def sizes(table, options, program, folder, databases, tokens):
    for posts, url in databases.items():
        one = float(psql(url, "-At", "-c",
                         "select pg_total_relation_size('activities')::float / count(*) from activities"))
        table.figure(f"{posts:,} posts: bytes of one, all indexes in", one, "bytes", 680)
    if len(databases) < 2:
        return
    small, large = databases.values()
    with Serve("serve-small", program, folder, small, tokens, "--no-snapshot") as one, \
            Serve("serve-large", program, folder, large, tokens, "--no-snapshot") as ten:
        table.compare("home feed, no snapshot: ten times the posts cost", options.rounds,
                      lambda: wrk(ten.url + FEED, options.seconds), lambda: wrk(one.url + FEED, options.seconds), 1.2,
                      at_most=True)


def sign_up(table, options, program, folder):
    package = folder / "post-confirmation.zip"
    run([program, "lambda", "package", "-o", package], 60)
    with contestants(program.parent / "post-confirmation") as (ours, seed):
        colds = []

        def cold():
            colds.append(ours.cold())
            return 1 / colds[-1]
        table.compare("sign-up function, cold start | psycopg2", 4 * options.rounds, cold, lambda: 1 / seed.cold(), 8)
        warm, resident = ours.warm()
    table.figure("its cold start, median", statistics.median(colds) * 1e3, "ms", 50)
    table.figure("its warm response, median", warm * 1e3, "ms", 2)
    table.figure("its peak resident memory", resident, "MiB", 24)
    table.figure("its zip", package.stat().st_size / 1e6, "MB", 8)


PARTS = ("sign-up", "feed", "reads", "likes", "sizes", "overload")
DATABASES = ("bench", "bench_large")


def parse():
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__.splitlines()[0])
    parser.add_argument("--posts", type=int, default=1_000_000, help="how many posts there are (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each comparison (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=4, help="of each contestant in a round (default: %(default)s)")
    parser.add_argument("--no-growth", action="store_true", help="leave out the database ten times as large, which takes minutes")
    parser.add_argument("--part", action="append", choices=PARTS, help="run that part alone; it may be given again")
    parser.add_argument("--connection-url", help="a PostgreSQL to use, as superuser, in place of one of our own")
    parser.add_argument("--keep", action="store_true",
                        help=f"with --connection-url: use the databases {' and '.join(DATABASES)} that are there, and leave them")
    parser.add_argument("--quick", action="store_true",
                        help="for working: 100,000 posts, 3 rounds of a second, and no database ten times as large")
    options = parser.parse_args()
    if options.quick:
        options.posts, options.rounds, options.seconds, options.no_growth = 100_000, 3, 1, True
    if options.keep and not options.connection_url:
        parser.error("--keep is of a PostgreSQL that is there before and after: give its --connection-url")
    return options


def run_parts(table, options, program, folder, url, tokens):
    parts = options.part or PARTS
    if "sign-up" in parts:
        sign_up(table, options, program, folder)
    if not {*parts} - {"sign-up"}:
        return
    databases = {options.posts: load(program, url, DATABASES[0], options.posts, options.keep)}
    small = databases[options.posts]
    if "feed" in parts:
        feed(table, options, program, folder, small, tokens)
    if not options.no_growth and {"reads", "sizes"} & {*parts}:
        databases[10 * options.posts] = load(program, url, DATABASES[1], 10 * options.posts, options.keep)
    if "reads" in parts:
        read_rows(table, options, program, folder, databases, tokens, psql, say)
    if "likes" in parts:
        like_rows(table, options, program, folder, small, tokens, psql, say)
    if "sizes" in parts:
        sizes(table, options, program, folder, databases, tokens)
    if "overload" in parts:
        overload(table, options, program, folder, small, tokens)


def main():
    options = parse()
    program = TOP / "build" / "release" / "cruddur"
    print(f"{datetime.date.today()}, {os.cpu_count()} cores, {CONNECTIONS} connections, {options.posts:,} posts, "
          f"{options.rounds} rounds of {options.seconds} s")
    with contextlib.ExitStack() as running:
        folder = pathlib.Path(running.enter_context(tempfile.TemporaryDirectory(prefix="cruddur-bench-")))
        folder.chmod(0o711)
        url = options.connection_url
        if not url:
            with Everything(program, folder) as untuned:
                psql(untuned.connection_url, *SERVER_SETTINGS)
            url = running.enter_context(Everything(program, folder)).connection_url
        table = Table()
        try:
            run_parts(table, options, program, folder, url, Tokens(folder))
        finally:
            if not options.keep:
                for name in DATABASES:
                    psql(url, "-c", f"drop database if exists {name} with (force)")
                psql(url, "-c", "drop role if exists cruddur_bench")
    if table.missed:
        say("Missed:" + "".join(f"\n  {row}" for row in table.missed))
    return 1 if table.missed else 0


if __name__ == "__main__":
    sys.exit(main())
