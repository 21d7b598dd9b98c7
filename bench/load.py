"""The loads: wrk for HTTP and pgbench for statements, each for a while at full speed, and h2load for HTTP at a given rate.
They return answers a second."""

import os
import re
import subprocess

CONNECTIONS = 32
WARM_UP_SECONDS = 2


class Failed(Exception):
    pass


def run(arguments, seconds, **more):
    done = subprocess.run([str(part) for part in arguments], capture_output=True, text=True, timeout=seconds + 60, **more)
    if done.returncode != 0:
        raise Failed(f"{arguments[0]}: {done.stderr[-1000:]}{done.stdout[-1000:]}")
    return done.stdout


MILLISECONDS = {"us": 1e-3, "ms": 1, "s": 1e3}
THREADS = 2


def wrk(url, seconds, script=None, environment=None, connections=CONNECTIONS, latency=False):
    """Returns the answers a second, or the milliseconds that half of them took at most, and 99 of 100."""
    flags = [*(["-s", script] if script else []), *(["--latency"] if latency else [])]
    out = run(["wrk", f"-t{THREADS}", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", *flags, url], seconds,
              env={**os.environ, **(environment or {}), "BENCH_THREADS": str(THREADS)})
    if "Non-2xx" in out or "Socket errors" in out:
        raise Failed(f"{url} did not answer every request:\n{out}")
    if latency:
        found = (re.search(rf"{share}%\s+([0-9.]+)(us|ms|s)\b", out) for share in (50, 99))
        return [float(each[1]) * MILLISECONDS[each[2]] for each in found]
    return float(re.search(r"Requests/sec:\s+([0-9.]+)", out)[1])


def h2load(url, seconds, connections, a_second, log):
    """Asks so many times a second whatever becomes of it. Its connections are made over a second, or all would ask at the
    same moments. Returns what was served a second, how many were asked, and how many milliseconds each refusal took."""
    log.unlink(missing_ok=True)
    requests = int(a_second * (seconds + WARM_UP_SECONDS + 1))
    run(["h2load", "--h1", "-t2", f"-c{connections}", f"-n{requests}", f"-r{connections // 20}", "--rate-period=50ms",
         f"--rps={a_second / connections:.3f}", f"--log-file={log}", url], seconds, start_new_session=True)
    answers = [tuple(map(int, line.split())) for line in log.read_text(encoding="ascii").splitlines()]
    # By when an answer came: what is served has waited, and was asked before the measuring began.
    begin = min(began for began, _, _ in answers) + WARM_UP_SECONDS * 1_000_000
    answers = [answer for answer in answers if begin <= answer[0] + answer[2] < begin + seconds * 1_000_000]
    served = sum(status == 200 for _, status, _ in answers)
    return served / seconds, len(answers) / seconds, [took / 1e3 for _, status, took in answers if status == 503]


class Pgbench:
    """A statement, prepared, run by pgbench with as many clients as serve it best: found once, by a short run of each."""

    CLIENTS = (4, 8, 16, 32)

    def __init__(self, connection_url, query, values, folder, seconds, variables=(), plans="auto"):
        self.connection_url = connection_url
        # As Cruddur's sessions are: what PostgreSQL compiles takes longer than it runs.
        self.environment = {**os.environ, "PGOPTIONS": f"-c jit=off -c plan_cache_mode={plans}"}
        self.values = [part for at, value in enumerate(values, 1) for part in ("-D", f"p{at}={value}")]
        self.values += [part for variable in variables for part in ("-D", variable)]
        # The parameter $1 becomes pgbench's variable p1, bound as well.
        text = "".join(line for line in query.read_text(encoding="utf-8").splitlines(True) if not line.startswith("--"))
        self.script = folder / query.name
        self.script.write_text(re.sub(r"\$([0-9]+)", r" :p\1", text).rstrip() + ";\n", encoding="utf-8")
        self.rates = {clients: self.rate(clients, seconds) for clients in self.CLIENTS}
        self.best = max(self.rates, key=self.rates.get)

    def rate(self, clients, seconds):
        out = run(["pgbench", self.connection_url, "-n", "-M", "prepared", "-c", clients, "-j", 2, "-T", seconds, *self.values,
                   "-f", self.script], seconds, env=self.environment)
        found = re.search(r"tps = ([0-9.]+) \(without initial connection time\)", out)
        return float(found[1]) if found else 0.0  # it ends no statement in that time

    def __call__(self, seconds):
        rate = self.rate(self.best, seconds)
        if rate == 0:
            raise Failed(f"pgbench ended no run of {self.script.name} in {seconds} s")
        return rate

    def __str__(self):
        tried = ", ".join(f"{rate:.0f}/s with {clients}" for clients, rate in self.rates.items())
        return f"pgbench runs {self.script.name} at {tried} clients; {self.best} it is"
