"""What tests of local RDS share: instances, their statuses, and psql on their endpoints."""

import contextlib
import subprocess

import botocore.exceptions

from support.postgres import PSQL, binaries
from support.waiting import looks, until

BASE = {"DBInstanceClass": "db.t3.micro", "Engine": "postgres", "MasterUsername": "root",
        "MasterUserPassword": "milkyway2023", "AllocatedStorage": 20, "BackupRetentionPeriod": 0}
STATUS_SECONDS = 120


def create(rds, name, **more):
    return rds.create_db_instance(**{**BASE, "DBInstanceIdentifier": name, "PubliclyAccessible": True, **more})[
        "DBInstance"]


def create_managed(rds, name, secret_key=None, **more):
    """An instance whose password Secrets Manager keeps, under that key: Debian's client is older than those members."""
    def add(params, **_):
        params["body"]["ManageMasterUserPassword"] = "true"
        if secret_key is not None:
            params["body"]["MasterUserSecretKmsKeyId"] = secret_key
    rds.meta.events.register_first("before-call.rds.CreateDBInstance", add)
    given = {member: value for member, value in BASE.items() if member != "MasterUserPassword"}
    made = rds.create_db_instance(**{**given, "DBInstanceIdentifier": name, "PubliclyAccessible": True, **more})
    rds.meta.events.unregister("before-call.rds.CreateDBInstance", add)
    return made["DBInstance"]


def installed_version():
    """The newest server's, as AWS writes a version."""
    said = subprocess.run([binaries() / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=60).stdout
    return said.split()[2]


def describe(rds, name):
    return rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]


def events_of(rds, name):
    """The newest, oldest first."""
    events = rds.describe_events(SourceType="db-instance", SourceIdentifier=name)["Events"]
    return [one["Message"] for one in events[-5:]]


def wait_for(rds, name, status="available"):
    for _ in looks(STATUS_SECONDS):
        found = describe(rds, name)
        if found["DBInstanceStatus"] == status and not found["PendingModifiedValues"]:
            return found
    raise AssertionError((name, found["DBInstanceStatus"], status, events_of(rds, name)))


def wait_for_backup(rds, name):
    """The instance once its first backup has been made, which begins when it is available: meanwhile it is not."""
    until(lambda: describe(rds, name).get("LatestRestorableTime"), lambda: (f"{name} has no backup", events_of(rds, name)))
    return wait_for(rds, name)


def when_free(call, **arguments):
    """What the call answers, once nothing else is done to its instance: after an upgrade or a failover a backup is made."""
    def answer():
        try:
            return [call(**arguments)]
        except botocore.exceptions.ClientError as refused:
            if refused.response["Error"]["Code"] != "InvalidDBInstanceState":
                raise
            return None
    return until(answer, lambda: (arguments, "is not free"))[0]


def delete(rds, *names):
    for name in names:
        when_free(rds.delete_db_instance, DBInstanceIdentifier=name, SkipFinalSnapshot=True)


def admit(aws, instance):
    aws.client("ec2").authorize_security_group_ingress(
        GroupId=instance["VpcSecurityGroups"][0]["VpcSecurityGroupId"], IpProtocol="tcp", FromPort=1150, ToPort=65535,
        CidrIp="127.0.0.1/32")


def url_of(instance, password="milkyway2023", database="postgres", mode="require", user="root"):
    at = instance["Endpoint"]
    return f"postgresql://{user}:{password}@{at['Address']}:{at['Port']}/{database}?sslmode={mode}&connect_timeout=30"


def psql(instance, sql, **more):
    return subprocess.run(
        [PSQL, "--no-psqlrc", "-qAt", "-v", "ON_ERROR_STOP=1", url_of(instance, **more), "-c", sql],
        capture_output=True, text=True, timeout=120, env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"})


@contextlib.contextmanager
def session(url):
    """A session that is connected while the block runs."""
    started = subprocess.Popen([PSQL, "--no-psqlrc", "-qAt", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True, env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"})
    try:
        started.stdin.write("select 'connected';\n")
        started.stdin.flush()
        assert started.stdout.readline() == "connected\n"  # or the end, where it cannot connect
        yield
    finally:
        started.communicate(timeout=120)


def node_of(aws, instance, of_standby=False):
    """The folder of the server that is the primary, or the standby."""
    first = aws.folder / "instances" / instance["DbiResourceId"]
    for node in (first, first / "second"):
        if (node / "data" / "standby.signal").exists() == of_standby and not (node / "fenced").exists() \
                and (node / "data").exists():
            return node
    raise AssertionError("there is none")


def postmaster_of(aws, instance, of_standby=False):
    return int((node_of(aws, instance, of_standby) / "data" / "postmaster.pid").read_text().split()[0])


def wait_for_standby(aws, instance):
    """Until the primary waits for a standby, and local AWS knows that it can take its place: whoever kills the primary
    between the two sees it come back where it was."""
    def keeps_up():
        if psql(instance, "select count(*) from pg_stat_replication where sync_state = 'sync'").stdout.strip() != "1":
            return False
        told = [line for line in aws.logged if "keeps up with its primary" in line and instance["DbiResourceId"] in line]
        return bool(told) and f"in {node_of(aws, instance, of_standby=True)} keeps" in told[-1]
    until(keeps_up, lambda: (f"{instance['DBInstanceIdentifier']} has no standby", aws.logged[-20:]))


def as_superuser(aws, instance, sql, folder=None):
    """What rdsadmin, who comes in by the Unix socket alone, is told."""
    node = folder or node_of(aws, instance)
    settings = (node / "settings.conf").read_text()
    sockets = settings.split("unix_socket_directories = ")[1].split("\n")[0].strip("'").split(",")[0].strip('"')
    done = subprocess.run(
        [PSQL, "--no-psqlrc", "-qAt", "-v", "ON_ERROR_STOP=1", "-h", sockets, "-p", (node / "port").read_text().strip(),
         "-U", "rdsadmin", "-d", "postgres", "-c", sql], capture_output=True, text=True, timeout=120,
        env={"PATH": "/usr/bin:/bin", "PGPASSWORD": (node / "password").read_text().strip()})
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
