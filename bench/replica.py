#!/usr/bin/python3
"""Measures local RDS's copies: how long a read replica of an empty database takes to be available, how far it is behind at
1,000 writes a second, and how long a restore to a point in time takes, with the same done by hand beside it.

Usage: bench/replica.py PROGRAM [--rounds N] [--seconds N] [--gigabytes N]
"""

import argparse
import contextlib
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

os.environ["CRUDDUR_PROGRAM"] = sys.argv[1] if len(sys.argv) > 1 else ""
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))
import psycopg  # noqa: E402
from support.local_aws import LocalAws, code_of  # noqa: E402
from support.rds import (admit, as_superuser, create, describe, node_of, psql, until, url_of,  # noqa: E402
                         wait_for, wait_for_backup)

WRITES_A_SECOND = 1_000
WRITERS = 4
SAMPLE_EVERY = 25  # of a writer's rows
PROGRAMS = pathlib.Path("/usr/lib/postgresql")


def replicate(rds, name, source):
    """How long it takes until it is available."""
    def ask():
        nonlocal begun
        begun = time.perf_counter()
        return (code := code_of(rds.create_db_instance_read_replica, DBInstanceIdentifier=name,
                                SourceDBInstanceIdentifier=source)) != ("InvalidDBInstanceState", 400) and [code]
    begun = 0.0
    assert until(ask, "the source is not free") == [None]
    wait_for(rds, name)
    return time.perf_counter() - begun


class Writer(threading.Thread):
    """Inserts rows of its own at a pace; of every few it notes when they were acknowledged."""

    def __init__(self, url, number, ends):
        super().__init__(daemon=True)
        self.url, self.number, self.ends, self.written, self.acknowledged = url, number, ends, 0, {}

    def run(self):
        with psycopg.connect(self.url, autocommit=True) as session:
            begun = time.perf_counter()
            while (now := time.perf_counter()) < self.ends:
                due = begun + self.written * WRITERS / WRITES_A_SECOND
                if due > now:
                    time.sleep(due - now)
                self.written += 1
                session.execute("insert into written values (%s, %s)", (self.number, self.written), prepare=True)
                if self.written % SAMPLE_EVERY == 0:
                    self.acknowledged[self.written] = time.perf_counter()


def lags(source, reader, seconds):
    """Of rows that were sampled, how long after its acknowledgement the replica showed each; and the rate of writes."""
    assert psql(source, "create table written (writer integer, n integer, primary key (writer, n))").returncode == 0
    until(lambda: psql(reader, "select count(*) from written").returncode == 0, "the replica does not follow")
    begun = time.perf_counter()
    writers = [Writer(url_of(source), number, begun + seconds) for number in range(WRITERS)]
    seen = {number: {} for number in range(WRITERS)}
    for writer in writers:
        writer.start()
    with psycopg.connect(url_of(reader), autocommit=True) as session:
        last = dict.fromkeys(seen, 0)
        while any(writer.is_alive() for writer in writers) or any(last[one.number] < one.written for one in writers):
            for number in seen:
                shown = session.execute("select max(n) from written where writer = %s", (number,), prepare=True).fetchone()[0] or 0
                at = time.perf_counter()
                for n in range(last[number] + 1, shown + 1):
                    if n % SAMPLE_EVERY == 0:
                        seen[number][n] = at
                last[number] = shown
    took = time.perf_counter() - begun
    behind = [max(0.0, seen[one.number][n] - at) for one in writers for n, at in one.acknowledged.items()]
    return sorted(behind), sum(one.written for one in writers) / took


def fill(instance, table, gigabytes):
    """So many gigabytes of rows, and as much write-ahead log."""
    for part in range(round(gigabytes * 8)):
        done = psql(instance, f"create table if not exists {table} (n bigint, word text); insert into {table} select n, "
                              f"repeat(md5(n::text), 30) from generate_series({part} * 125000, {part + 1} * 125000 - 1) n")
        assert done.returncode == 0, done.stderr


def by_service(rds, number, at):
    """How long a restore to that time takes until the instance can be used."""
    name = f"again{number}"
    os.sync()  # what others have left to write is not this one's
    begun = time.perf_counter()
    rds.restore_db_instance_to_point_in_time(SourceDBInstanceIdentifier="large", TargetDBInstanceIdentifier=name, RestoreTime=at)
    until(lambda: describe(rds, name)["DBInstanceStatus"] != "creating", "it is not restored", 600)  # it is backed up at once
    took = time.perf_counter() - begun
    assert psql(describe(rds, name), "select n from last_row").stdout == "1\n"
    wait_for(rds, name)
    rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    until(lambda: code_of(describe, rds=rds, name=name), "it is not deleted", 600)
    return took


def by_hand(aws, instance, backup, at, work):
    """Copies the backup, and has PostgreSQL replay the log that the archive has, up to that time: how long each takes."""
    work.mkdir(mode=0o755)
    newest = max(PROGRAMS.glob("*/bin/postgres"), key=lambda file: int(file.parts[4])).parent
    log = work / "log"
    log.mkdir(mode=0o755)
    for segment in sorted((aws.folder / "wal" / instance["DbiResourceId"]).glob("run-*/received/*")):
        whole = segment.with_suffix("")  # which one that grew may have become meanwhile
        shutil.copy(segment if segment.exists() else whole, log / whole.name)
    data = work / "data"
    conf = (node_of(aws, instance) / "settings.conf").read_text().splitlines()
    kept = [line for line in conf if line.split(" = ")[0] in ("shared_buffers", "max_connections", "min_wal_size", "max_wal_size",
                                                               "max_wal_senders", "max_replication_slots")]
    os.sync()
    begun = time.perf_counter()
    subprocess.run(["cp", "-a", backup, data], check=True)
    os.sync()
    copied = time.perf_counter() - begun
    (data / "recovery.signal").touch()
    owner = backup.owner()
    with open(data / "postgresql.auto.conf", "a") as settings:
        settings.write("\n".join([*kept, "hot_standby = off", "listen_addresses = ''", f"unix_socket_directories = '{work}'",
                                  f"restore_command = 'cp \"{log}/%f\" \"%p\"'", f"recovery_target_time = '{at}'",
                                  "recovery_target_action = 'promote'", ""]))
    subprocess.run(["chown", "-R", owner, data, log, work], check=True)
    begun = time.perf_counter()
    as_owner = ["setpriv", f"--reuid={owner}", "--clear-groups"] if os.geteuid() == 0 else []
    with open(work / "server.log", "w") as told:
        server = subprocess.Popen([*as_owner, newest / "postgres", "-D", data], stdout=told, stderr=told,
                                  env={"LOCPATH": str(next(iter((aws.folder / "locale").glob("glibc-*")), "")), "PATH": "/usr/bin:/bin"})
    try:
        until(lambda: "ready to accept connections" in (work / "server.log").read_text() or server.poll() is not None, "it recovers", 600)
        assert server.poll() is None, (work / "server.log").read_text()[-2000:]
        server.terminate()  # which writes down what was replayed, as a restore does before it is done
        server.wait(120)
        return copied, time.perf_counter() - begun
    finally:
        server.kill()
        server.wait(120)


def restores(aws, rds, gigabytes, rounds):
    create(rds, "large", BackupRetentionPeriod=0, AllocatedStorage=20)
    large = wait_for(rds, "large")
    fill(large, "base", gigabytes)
    psql(large, "checkpoint")
    rds.modify_db_instance(DBInstanceIdentifier="large", BackupRetentionPeriod=1, ApplyImmediately=True)
    large = wait_for_backup(rds, "large")
    with tempfile.TemporaryDirectory(prefix="cruddur-by-hand-") as top:
        work = pathlib.Path(top)
        os.chmod(work, 0o755)
        backup, node = work / "backup", node_of(aws, large)
        settings = (node / "settings.conf").read_text()
        sockets = settings.split("unix_socket_directories = ")[1].split("\n")[0].strip("'").split(",")[0].strip('"')
        owner = (node / "data").owner()
        subprocess.run(["/usr/bin/pg_basebackup", "-h", sockets, "-p", (node / "port").read_text().strip(), "-U", "rdsadmin", "-D", backup,
                        "--checkpoint=fast", "--wal-method=fetch", "--no-manifest"], check=True,
                       env={"PATH": "/usr/bin:/bin", "PGPASSWORD": (node / "password").read_text().strip()})
        subprocess.run(["chown", "-R", owner, backup], check=True)
        fill(large, "later", gigabytes)
        assert psql(large, "create table last_row as select 1 as n").returncode == 0
        written = time.time()
        until(lambda: describe(rds, "large")["LatestRestorableTime"].timestamp() > written + 1, "the archive is behind", 600)
        latest = describe(rds, "large")["LatestRestorableTime"]
        assert psql(large, "create table after_it ()").returncode == 0
        written = time.time()
        until(lambda: describe(rds, "large")["LatestRestorableTime"].timestamp() > written, "the archive is behind", 600)
        sizes = psql(large, "select pg_database_size('postgres')").stdout.strip()
        print(f"a database of {int(sizes) / 2 ** 30:.2f} GiB, half of it as write-ahead log", flush=True)
        pairs = []
        for number in range(rounds):
            pairs.append((by_service(rds, number, latest), by_hand(aws, large, backup, latest.isoformat(), work / "by-hand")))
            shutil.rmtree(work / "by-hand")
    return pairs


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--gigabytes", type=float, default=1)
    given = parser.parse_args()
    with contextlib.ExitStack() as stack:
        aws = stack.enter_context(LocalAws())
        rds = aws.client("rds")
        create(rds, "source", BackupRetentionPeriod=1)
        source = wait_for_backup(rds, "source")
        admit(aws, source)
        took = []
        for number in range(given.rounds):
            took.append(replicate(rds, f"reader{number}", "source"))
            if number:
                rds.delete_db_instance(DBInstanceIdentifier=f"reader{number}", SkipFinalSnapshot=True)
        print(f"a read replica of an empty database is available after {statistics.median(took):.2f} s "
              f"({min(took):.2f} to {max(took):.2f} s)", flush=True)
        behind, rate = lags(source, describe(rds, "reader0"), given.seconds)
        print(f"at {rate:,.0f} writes a second it shows a row {1000 * statistics.median(behind):.1f} ms after its acknowledgement, "
              f"{1000 * behind[int(len(behind) * 0.99)]:.1f} ms at the 99th percentile, {1000 * behind[-1]:.1f} ms at most "
              f"({len(behind)} rows sampled)", flush=True)
        for name in ("reader0", "source"):
            rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
        pairs = restores(aws, rds, given.gigabytes, given.rounds)
        for restored, (copied, replayed) in pairs:
            print(f"restored to a point in time after {restored:.1f} s; by hand it is {copied:.1f} s to copy the backup and "
                  f"{replayed:.1f} s to replay: {restored / (copied + replayed):.2f} times as long", flush=True)
        ratios = [restored / sum(hand) for restored, hand in pairs]
        print(f"median: {statistics.median(ratios):.2f} times as long", flush=True)


if __name__ == "__main__":
    main()
