#!/usr/bin/python3
"""Invokes a function of Python in local AWS, and starts `python3 -c 'import json'` by hand in turn: prints how long the
first event of a new process takes, how long those after it, and how many times as long as by hand the first is.

Usage: bench/invoke.py PROGRAM [--rounds N]
"""

import argparse
import contextlib
import io
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile

import boto3
import botocore.config

PATIENCE_SECONDS = 60
WARM_EVENTS = 50
BY_HAND = ["/usr/bin/python3", "-c", "import json"]  # which runs the functions as well
HANDLER = """import json

def lambda_handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event)}
"""


@contextlib.contextmanager
def lambda_client(program):
    """A client of a local AWS that runs on an empty data folder meanwhile."""
    with tempfile.TemporaryDirectory(prefix="cruddur-invoke-") as top:
        os.chmod(top, 0o711)  # run by root, the functions' users pass through
        local = subprocess.Popen([program, "cloud", "--port", "0", "--data-dir", f"{top}/data"], stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, text=True, env={**os.environ, "HOME": top})
        try:
            line = local.stdout.readline()
            if not line.startswith("AWS endpoint"):
                raise SystemExit("invoke: local AWS did not start")
            yield boto3.client("lambda", endpoint_url=line.split()[-1], region_name="us-east-1", aws_access_key_id="test",
                               aws_secret_access_key="test",
                               config=botocore.config.Config(retries={"max_attempts": 0}, read_timeout=PATIENCE_SECONDS))
        finally:
            local.terminate()
            local.wait(PATIENCE_SECONDS)


def zipped():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("lambda_function.py", HANDLER)
    return out.getvalue()


def seconds_of(work):
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def invoke(functions):
    answer = functions.invoke(FunctionName="f", Payload=b'{"who": "worf"}')
    if "FunctionError" in answer:
        raise SystemExit(f"invoke: {answer['Payload'].read().decode()}")
    answer["Payload"].read()


def told(name, times):
    print(f"{name}: {statistics.median(times) * 1e3:.1f} ms (min {min(times) * 1e3:.1f}, max {max(times) * 1e3:.1f})")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("program", type=pathlib.Path)
    options.add_argument("--rounds", type=int, default=20)
    given = options.parse_args()
    with lambda_client(given.program.resolve()) as functions:
        functions.create_function(FunctionName="f", Runtime="python3.13", Role="arn:aws:iam::000000000000:role/function",
                                  Handler="lambda_function.lambda_handler", Code={"ZipFile": zipped()}, Timeout=30)
        pairs = []
        for each in range(given.rounds):  # another configuration has processes of its own
            functions.update_function_configuration(FunctionName="f", Environment={"Variables": {"ROUND": str(each)}})
            pairs.append((seconds_of(lambda: invoke(functions)), seconds_of(lambda: subprocess.run(BY_HAND, check=True))))
        warm = [seconds_of(lambda: invoke(functions)) for _ in range(WARM_EVENTS)]
    first, by_hand = zip(*pairs)
    told("first event of a process", first)
    told("events after it", warm)
    told("python3 -c 'import json' by hand", by_hand)
    ratios = sorted(one / other for one, other in pairs)
    print(f"first event: {statistics.median(ratios):.1f} x by hand (min {ratios[0]:.1f}, max {ratios[-1]:.1f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
