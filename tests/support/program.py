"""Runs `cruddur` as a person or a script does, with an environment of the test's own."""

import os
import subprocess

from support.postgres import client_environment

PROGRAM = os.environ["CRUDDUR_PROGRAM"]
RUN_SECONDS = 300


def environment(url=None, prod=None, **variables):
    given = {"CONNECTION_URL": url, "PROD_CONNECTION_URL": prod, **variables}
    return client_environment(**{name: value for name, value in given.items() if value is not None})


def start(*arguments, url=None, prod=None, variables=None, **how):
    """A running program, for who wants to do something meanwhile."""
    how = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **how}
    return subprocess.Popen([PROGRAM, *arguments], env=environment(url, prod, **(variables or {})), **how)


def db(*arguments, url=None, prod=None, **variables):
    """`cruddur db ...` to its end, without a terminal."""
    return subprocess.run([PROGRAM, "db", *arguments], env=environment(url, prod, **variables), text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=RUN_SECONDS)
