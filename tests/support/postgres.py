"""Private PostgreSQL servers for tests, and sessions in them by psql: nothing of the program under test is between."""

import ctypes
import os
import pathlib
import pwd
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse
from support.waiting import comes_true

WAIT_SECONDS = 120


def binaries():
    """The folder of the newest server that is installed."""
    found = [path.parent for path in pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    assert found, "no PostgreSQL server is installed"
    return max(found, key=lambda path: int(path.parent.name))


# The program itself: what Debian has in /usr/bin is a script that takes longer than most statements do.
PSQL = binaries() / "psql"


def account():
    """Whom the server runs as: PostgreSQL refuses root."""
    if os.getuid() != 0:
        return {}
    names = {each.pw_name for each in pwd.getpwall()}
    who = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}


def die_with_us():
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGQUIT)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def client_environment(**variables):
    """Nothing of the caller's PG* variables, ~/.pgpass or ~/.psqlrc."""
    return {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C", **variables}


class Server:
    """A server of its own, on a free port of 127.0.0.1, whose passwords are checked. `certificate` and `key` turn TLS on."""

    PASSWORD = "a @ : / % password"

    def __init__(self, certificate=None, key=None, hba="host all all 127.0.0.1/32 scram-sha-256", **settings):
        self.top = tempfile.TemporaryDirectory(prefix="cruddur-postgres-")
        self.settings = {"fsync": "off", "autovacuum": "off", "shared_buffers": "16MB", "log_connections": "on",
                         "log_line_prefix": "%a ", "unix_socket_directories": "", "listen_addresses": "127.0.0.1",
                         **settings}
        self.certificate, self.key, self.hba = certificate, key, hba
        self.process = None

    def __enter__(self):
        top = pathlib.Path(self.top.name)
        if account():
            os.chown(top, account()["user"], account()["group"])
        self.data, self.log = top / "data", top / "log"
        (top / "password").write_text(self.PASSWORD)
        os.chmod(top / "password", 0o644)
        subprocess.run([binaries() / "initdb", "-D", self.data, "-U", "postgres", "--auth=scram-sha-256", "-E", "UTF8",
                        "--pwfile", top / "password", "--locale=C", "--no-sync"], check=True, capture_output=True,
                       cwd="/", timeout=WAIT_SECONDS, **account())
        (self.data / "pg_hba.conf").write_text(f"local all all reject\n{self.hba}\n")
        if self.certificate:
            for source, name in ((self.certificate, "server.crt"), (self.key, "server.key")):
                shutil.copy(source, self.data / name)
                os.chmod(self.data / name, 0o600)
                if account():
                    os.chown(self.data / name, account()["user"], account()["group"])
            self.settings["ssl"] = "on"
        self.start()
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(WAIT_SECONDS)
        self.top.cleanup()

    def start(self):
        """Another test's server can have taken the port that was free: then it is tried on another."""
        for _ in range(5):
            self.port = free_port()
            options = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
            with open(self.log, "ab") as log:
                self.process = subprocess.Popen(
                    [binaries() / "postgres", "-D", self.data, "-p", str(self.port), *options], cwd="/", stdout=log,
                    stderr=log, preexec_fn=die_with_us, **account())
            if comes_true(lambda: self.process.poll() is not None or self.answers()) and self.process.poll() is None:
                return
        raise AssertionError(self.log.read_text())

    def answers(self):
        return subprocess.run([PSQL, "-XAtqc", "select", self.url("postgres")], capture_output=True,
                              timeout=WAIT_SECONDS, env=client_environment()).returncode == 0

    def url(self, database, user="postgres", password=PASSWORD, host="127.0.0.1", **options):
        def quoted(text):
            return urllib.parse.quote(text, safe="")
        options = "".join(f"{'&' if at else '?'}{name}={quoted(value)}" for at, (name, value) in
                          enumerate(options.items()))
        return f"postgresql://{quoted(user)}:{quoted(password)}@{host}:{self.port}/{quoted(database)}{options}"

    def sql(self, text, database="postgres", **how):
        """The rows of the last statement, as `psql -At` prints them. What fails is an error."""
        done = subprocess.run([PSQL, "-XAtq", "-v", "ON_ERROR_STOP=1", self.url(database, **how), "-c", text],
                              capture_output=True, text=True, timeout=WAIT_SECONDS, env=client_environment())
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def has(self, database):
        return self.sql(f"select count(*) from pg_database where datname = '{database}'") == "1"

    def dump(self, database, *flags):
        """All that is in a database, and what it says of itself."""
        done = subprocess.run(["pg_dump", "--create", *flags, self.url(database)], capture_output=True, text=True,
                              timeout=WAIT_SECONDS, env=client_environment())
        assert done.returncode == 0, done.stderr
        # The restrict lines of newer pg_dump hold a random word.
        return "\n".join(line for line in done.stdout.splitlines() if "restrict" not in line)


class Session:
    """A session that stays open: each call is run in it and returns its rows."""

    END = "~the end~"

    def __init__(self, url, name="a_session"):
        self.process = subprocess.Popen([PSQL, "-XAtq", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, bufsize=0,
                                        env=client_environment(PGAPPNAME=name, PGSSLMODE="prefer"))
        self.pid = int(self("select pg_backend_pid()"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def begin(self, sql):
        """Without waiting for its end."""
        self.process.stdin.write(f"{sql};\n\\echo {self.END}\n".encode())

    def rest(self):
        deadline = time.monotonic() + WAIT_SECONDS
        said = b""
        while not said.endswith(self.END.encode() + b"\n"):
            left = deadline - time.monotonic()
            assert left > 0 and select.select([self.process.stdout], [], [], left)[0], "psql said nothing more"
            piece = os.read(self.process.stdout.fileno(), 65536)
            if not piece:
                break
            said += piece
        return said.decode().removesuffix(self.END + "\n").strip()

    def __call__(self, sql):
        self.begin(sql)
        return self.rest()

    def ended(self):
        """Whether the server ended it, which psql says and then goes."""
        try:
            return "terminating connection" in self("select 1") or self.process.poll() is not None
        except BrokenPipeError:
            return True
