"""The reads and likes of the whole micro-blog beside the same answers as PostgreSQL's own JSON, for many people and posts."""

import dataclasses
import random
import urllib.parse

from load import CONNECTIONS, Pgbench, wrk
from servers import HERE, Serve

PEOPLE = 400   # of 100,000, who read
EACH = 250     # of so many people one
LIKED = 4000   # posts, where they are random
LIKING = 1000  # of the same people, who like
LIKERS = 512   # at the same moment: the more wait, the more share a statement; of pgbench's clients more than a few are slower
COMMON, RARE, TAG = "the", "nebel", "#postgres"
ROLE = "cruddur_bench"


def identity(number, each=EACH):
    """Of a person as `cruddur demo` numbers them: one of so many."""
    return f"demo-{number * each}"


@dataclasses.dataclass
class Case:
    """What is asked of us, as lines of requests.lua, and the statement that answers the same."""
    name: str
    requests: list
    peer: str
    values: tuple = ()
    variables: tuple = ()
    wanted: float = 1.0
    plans: tuple = ("auto",)
    connections: int = CONNECTIONS


class Targets:
    """What both sides are asked about, in the database as well: see targets.sql."""

    def __init__(self, psql, url, tokens):
        psql(url, "-f", HERE / "targets.sql")

        def rows(query):
            return [line.split("|") for line in psql(url, "-At", "-c", query).splitlines()]
        self.tokens = {identity(number): tokens.access_token(identity(number)) for number in range(1, PEOPLE + 1)}
        self.people = list(self.tokens)
        self.handles = [handle for handle, in rows(
            f"select u.handle from generate_series(1, {PEOPLE}) n join users u on u.cognito_user_id = 'demo-' || n * {EACH}")]
        if len(self.handles) < PEOPLE:
            raise SystemExit(f"bench: there are not {PEOPLE * EACH:,} people: too few posts were asked for")
        self.threads = rows("select uuid, handle from bench.threads")
        self.targets = [uuid for uuid, in rows("select uuid from bench.targets order by number")]
        self.likers = [identity(number, PEOPLE * EACH // LIKING) for number in range(1, LIKING + 1)]
        self.conversations = rows("select uuid, caller from bench.conversations")
        self.notified = [caller for caller, in rows("select caller from bench.notified")]
        self.tokens |= {caller: tokens.access_token(caller) for caller in {*self.notified, *self.likers} - self.tokens.keys()}
        self.throw = random.Random(1)

    def gets(self, paths):
        """Many, each of somebody."""
        return [self.line("GET", self.throw.choice(paths), self.throw.choice(self.people)) for _ in range(4000)]

    def line(self, method, path, caller):
        return f"{method} {path} {self.tokens[caller]}"

    def search(self, name, term, words):
        # Which plan is good depends on the word: the statement is tried both planned once for all, and for each word. Few
        # ask us at once: whoever would wait longer than a second is refused.
        return Case(f"search, {name}", self.gets([f"/api/activities/search?term={urllib.parse.quote(term)}"]), "search",
                    values=(words,), plans=("auto", "force_custom_plan"), connections=CONNECTIONS // 4)

    def reads(self):
        talks = [self.line("GET", f"/api/messages/{uuid}", caller) for uuid, caller in self.conversations]
        return [
            Case("home feed", self.gets(["/api/activities/home"]), "home"),
            Case("feed of those followed", self.gets(["/api/activities/home?following=1"]), "following"),
            Case("profile", self.gets([f"/api/activities/@{handle}" for handle in self.handles]), "profile"),
            Case("thread", self.gets([f"/api/activities/@{handle}/status/{uuid}" for uuid, handle in self.threads]), "thread",
                 variables=(f"threads={len(self.threads)}",)),
            Case("notifications", [self.line("GET", "/api/activities/notifications", caller) for caller in self.notified],
                 "notifications", variables=(f"notified={len(self.notified)}",)),
            self.search("a common word", COMMON, f"'{COMMON}'"),
            self.search("a rarer word", RARE, f"'{RARE}'"),
            self.search("a tag", TAG, f"'{TAG}'"),
            Case("conversation, behind its policy", self.throw.sample(talks, len(talks)), "conversation",
                 variables=(f"conversations={len(talks)}",), wanted=0.8),
        ]

    def likes(self, posts):
        """All like, each some of the first so many posts, and then take it back: so each request changes something."""
        picked = [(person, self.targets[at % posts]) for at, person in enumerate(self.likers * min(posts, LIKED // LIKING))]
        self.throw.shuffle(picked)
        return [self.line(method, f"/api/activities/{uuid}/like", person)
                for method in ("PUT", "DELETE") for person, uuid in picked]


def as_application(url):
    """The same database for a login that the policies bind."""
    parts = urllib.parse.urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urllib.parse.urlunsplit(parts._replace(netloc=f"{ROLE}:bench@{host}"))


def asks(serve, requests, folder, seconds, **more):
    """Returns a function that sends these requests for a while."""
    listed = folder / f"requests-{id(requests)}"
    listed.write_text("\n".join(requests), encoding="utf-8")
    return lambda: wrk(serve.url, seconds, HERE / "requests.lua", {"BENCH_REQUESTS": str(listed)}, **more)


def peer_of(case, url, folder, seconds, say):
    """By the plans that serve it best."""
    tried = [Pgbench(url, HERE / "peers" / f"{case.peer}.sql", case.values, folder, seconds, case.variables, plans)
             for plans in case.plans]
    best = max(tried, key=lambda one: one.rates[one.best])
    say(f"{case.name}: {best}")
    return best


def read_rows(table, options, program, folder, databases, tokens, psql, say):
    """Each read, in the database of so many posts and in the one of ten times as many, where there is one."""
    rounds, seconds = max(3, options.rounds - 2), max(1, options.seconds - 1)
    sizes = []
    for posts, url in databases.items():
        targets = Targets(psql, url, tokens)
        with Serve(f"serve-{posts}", program, folder, as_application(url), tokens) as ours:
            for case in targets.reads():
                peer = peer_of(case, url, folder, max(1, seconds // 2), say)
                table.compare(f"{case.name}, {posts:,} | row_to_json", rounds,
                              asks(ours, case.requests, folder, seconds, connections=case.connections), lambda peer=peer: peer(seconds), case.wanted)
        sizes.append(targets)
    if len(sizes) == 2:
        latencies(table, options, program, folder, list(databases.values()), tokens, sizes)


def latencies(table, options, program, folder, urls, tokens, sizes):
    """With few who ask, so that what is measured is an answer's time and not its queue's."""
    with Serve("serve-one", program, folder, as_application(urls[0]), tokens) as one, \
            Serve("serve-ten", program, folder, as_application(urls[1]), tokens) as ten:
        for small, large in zip(sizes[0].reads(), sizes[1].reads()):
            table.grown(f"{small.name}: ten times the posts", max(3, options.rounds - 2),
                        asks(ten, large.requests, folder, 2, connections=4, latency=True),
                        asks(one, small.requests, folder, 2, connections=4, latency=True), 1.5)


def like_rows(table, options, program, folder, url, tokens, psql, say):
    targets = Targets(psql, url, tokens)
    with Serve("serve-likes", program, folder, as_application(url), tokens) as ours:
        for name, posts, wanted in (("one post", 1, 5), (f"{LIKED:,} posts", LIKED, 1)):
            case = Case(f"likes of {name}", targets.likes(posts), "like", variables=(f"posts={posts}",), connections=LIKERS)
            peer = peer_of(case, url, folder, max(1, options.seconds // 2), say)
            table.compare(f"likes of {name} | insert and update", options.rounds,
                          asks(ours, case.requests, folder, options.seconds, connections=case.connections), lambda peer=peer: peer(options.seconds), wanted)
