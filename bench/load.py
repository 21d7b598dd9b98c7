"""The loads: wrk for HTTP and pgbench for statements, each for a while at full speed. They return answers a second."""

import re
import subprocess

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
