"""The loads: wrk for HTTP and pgbench for statements, each for a while at full speed, and h2load for HTTP at a given rate.
They return answers a second."""

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


def wrk(url, seconds, script=None, environment=None, connections=CONNECTIONS):
    flags = ["-s", script] if script else []
    out = run(["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", *flags, url], seconds,
              env=environment)
    if "Non-2xx" in out or "Socket errors" in out:
        raise Failed(f"{url} did not answer every request:\n{out}")
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
