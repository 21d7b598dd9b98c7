"""Runs `cruddur` for a test, against a local AWS: by itself, or in a line of shell beside the tree's own bin/."""

import pathlib
import shutil
import subprocess

from support.local_aws import PROGRAM

TOP = pathlib.Path(__file__).resolve().parents[2]


class Cli:
    """Runs `cruddur` with an environment of its own."""

    def __init__(self, aws, **variables):
        self.variables = {"PATH": "/usr/bin:/bin", "HOME": aws.top.name, "AWS_ENDPOINT_URL": aws.url,
                          "AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "us-east-1",
                          "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", **variables}

    def __call__(self, *arguments, timeout=120, **variables):
        environment = {name: value for name, value in {**self.variables, **variables}.items() if value is not None}
        return subprocess.run([PROGRAM, *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=timeout)


class Tree:
    """A tree whose bin/ is this one's, on the program under test; what a user types runs in its folder."""

    def __init__(self, aws):
        self.folder = aws.folder.parent / "tree"
        shutil.copytree(TOP / "bin", self.folder / "bin")
        program = self.folder / "build" / "release" / "cruddur"
        program.parent.mkdir(parents=True)
        program.symlink_to(PROGRAM)
        self.variables = {**Cli(aws).variables, "PATH": f"{self.folder}/bin:/usr/bin:/bin"}

    def __call__(self, line, timeout=120, **variables):
        return subprocess.run(["/bin/bash", "-c", line], cwd=self.folder, env={**self.variables, **variables},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)
