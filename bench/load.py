"""The loads: wrk for HTTP and pgbench for statements, each for a while at full speed. They return answers a second."""

import http.client
import re
import subprocess
import threading
import time
import urllib.parse

CONNECTIONS = 32


class Failed(Exception):
    pass


def run(arguments, seconds, **more):
    done = subprocess.run([str(part) for part in arguments], capture_output=True, text=True, timeout=seconds + 60, **more)
    if done.returncode != 0:
        raise Failed(f"{arguments[0]}: {done.stderr[-1000:]}{done.stdout[-1000:]}")
    return done.stdout


def wrk(url, seconds, script=None, environment=None, connections=CONNECTIONS):
    flags = ["-s", script] if script else []
    out = run(["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", *flags, url], seconds,
              env=environment)
    if "Non-2xx" in out or "Socket errors" in out:
        raise Failed(f"{url} did not answer every request:\n{out}")
    return float(re.search(r"Requests/sec:\s+([0-9.]+)", out)[1])


def wrk_overload(url, seconds, connections):
    """Asks on so many connections at once, each again as soon as it is refused. Returns what was served a second, and
    how many were asked for each one served."""
    out = run(["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", url], seconds)
    if "Socket errors" in out:
        raise Failed(f"{url} did not answer every request:\n{out}")
    asked = int(re.search(r"([0-9]+) requests in", out)[1])
    refused = re.search(r"Non-2xx or 3xx responses: ([0-9]+)", out)
    served = asked - (int(refused[1]) if refused else 0)
    return float(re.search(r"Requests/sec:\s+([0-9.]+)", out)[1]) * served / asked, asked / max(served, 1)


class Probe:
    """A few callers beside a load, one request at a time each: how long every answer took, by its status."""

    CALLERS = 4

    def __init__(self, url):
        self.where = urllib.parse.urlsplit(url)
        self.took_ms = {}
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.ask) for _ in range(self.CALLERS)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join(30)

    def ask(self):
        caller = http.client.HTTPConnection(self.where.hostname, self.where.port, timeout=10)
        while not self.stopping.is_set():
            began = time.perf_counter()
            caller.request("GET", self.where.path)
            answer = caller.getresponse()
            answer.read()
            self.took_ms.setdefault(answer.status, []).append(1000 * (time.perf_counter() - began))
            time.sleep(0.002)
        caller.close()


def pgbench(connection_url, statement, seconds):
    script, values = statement
    variables = [part for at, value in enumerate(values, 1) for part in ("-D", f"p{at}={value}")]
    out = run(["pgbench", connection_url, "-n", "-M", "prepared", "-c", CONNECTIONS, "-j", 2, "-T", seconds, *variables,
               "-f", script], seconds)
    return float(re.search(r"tps = ([0-9.]+) \(without initial connection time\)", out)[1])


def pgbench_statement(query, values, into):
    """A file of db/queries as a pgbench script, with its values: the parameter $1 becomes the variable p1, bound as well."""
    text = "".join(line for line in query.read_text(encoding="utf-8").splitlines(True) if not line.startswith("--"))
    into.write_text(re.sub(r"\$([0-9]+)", r" :p\1", text).rstrip() + ";\n", encoding="utf-8")
    return into, values
