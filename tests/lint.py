#!/usr/bin/env python3
"""Runs clang-tidy over every file of src/. Usage: tests/lint.py BUILD_FOLDER

A file that was clean is not looked at again until it, a header of ours or the configuration changes.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

top = pathlib.Path(__file__).resolve().parent.parent
build = pathlib.Path(sys.argv[1]).resolve()
cache = build / "lint"


def tool():
    # Newer ones do not walk the system's headers, which makes them three times as fast.
    for name in ("clang-tidy-22", "clang-tidy-19", "clang-tidy"):
        if shutil.which(name):
            return name
    sys.exit("lint: clang-tidy is missing: bin/install-packages test")


def shared_hash():
    digest = hashlib.sha256()
    headers = sorted(list(top.glob("src/*/*.hpp")) + list((build / "generated").rglob("*.hpp")))
    for path in [top / ".clang-tidy", *headers]:
        digest.update(path.read_bytes())
    return digest


def check(program, path, base):
    digest = base.copy()
    digest.update(path.read_bytes())
    mark = cache / digest.hexdigest()
    if mark.exists():
        return path, 0, ""
    done = subprocess.run([program, "--quiet", "-p", str(build), "--extra-arg=-Wno-unknown-warning-option", str(path)],
                          capture_output=True, text=True, timeout=240)
    if done.returncode == 0:
        mark.touch()
    return path, done.returncode, done.stdout


def main():
    program = tool()
    cache.mkdir(exist_ok=True)
    known = {entry["file"] for entry in json.loads((build / "compile_commands.json").read_text())}
    files = sorted(path for path in top.glob("src/*/*.cpp") if str(path) in known)
    if not files:
        sys.exit(f"lint: {build} knows no file of src/: build it first")
    base = shared_hash()
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, code, out in pool.map(lambda path: check(program, path, base), files):
            if code != 0:
                failed += 1
                print(out)
    print(f"{len(files)} files, {failed} with findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
