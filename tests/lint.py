#!/usr/bin/env python3
"""Runs clang-tidy over every file of src/ and tests/. Usage: tests/lint.py BUILD_FOLDER

A file that was clean is not looked at again until it, a header of ours or the configuration changes.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

top = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(top / "cmake"))
import batches  # noqa: E402

build = pathlib.Path(sys.argv[1]).resolve()
cache = build / "lint"
together = 12


def tool():
    # Newer ones do not walk the system's headers, which makes them three times as fast.
    for name in ("clang-tidy-22", "clang-tidy-19", "clang-tidy"):
        if shutil.which(name):
            return name
    sys.exit("lint: clang-tidy is missing: bin/install-packages test")


def shared_hash():
    digest = hashlib.sha256()
    headers = [*top.glob("src/**/*.hpp"), *top.glob("tests/support/*.hpp"), *(build / "generated").rglob("*.hpp")]
    for path in [top / ".clang-tidy", top / "tests/.clang-tidy", *sorted(headers)]:
        digest.update(path.read_bytes())
    return digest


def files_of(entry):
    """What is compiled by it: a batch includes its files by their full names."""
    if "/Unity/" not in entry["file"]:
        return [entry["file"]]
    return re.findall(r'^#include "(.*)"', pathlib.Path(entry["file"]).read_text(), re.MULTILINE)


def groups(entries):
    """Files of one folder that are compiled alike and define no name twice, a few at a time."""
    compiled = {file: entry["command"] for entry in entries for file in files_of(entry)}
    alike = {}
    for file, command in compiled.items():
        flags = re.sub(r" -o \S+ -c \S+", "", command)
        alike.setdefault((os.path.dirname(file), flags), []).append(file)
    return [(flags, group) for (_, flags), files in alike.items() for group in batches.batches(files, together)]


def check(program, flags, files):
    """The findings. Files are read as one, since nearly all of the time goes into the headers that they share. Where
    that shows anything, names that clash with a neighbour's too, they are read in halves: a finding is a file's own."""
    folder = cache / "groups" / hashlib.sha256("".join(files).encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    configurations = (above / ".clang-tidy" for above in pathlib.Path(files[0]).parents)
    shutil.copy(next(file for file in configurations if file.exists()), folder)
    # To include a source file, which that check is against, is what makes a group.
    source = folder / "group.cpp"
    source.write_text("".join(f'#include "{file}" // NOLINT(bugprone-suspicious-include)\n' for file in files))
    (folder / "compile_commands.json").write_text(
        json.dumps([{"directory": str(build), "file": str(source), "command": f"{flags} -c {source}"}]))
    # Shadowing is the compiler's to tell: here it would see the neighbours' names.
    done = subprocess.run([program, "--quiet", "-p", str(folder), "--extra-arg=-Wno-unknown-warning-option",
                           "--extra-arg=-Wno-shadow", str(source)],
                          capture_output=True, text=True, timeout=240)
    if done.returncode == 0:
        return []
    if len(files) == 1:
        return [done.stdout + done.stderr]
    half = len(files) // 2
    return check(program, flags, files[:half]) + check(program, flags, files[half:])


def main():
    program = tool()
    cache.mkdir(exist_ok=True)
    base = shared_hash()

    def mark(file):
        digest = base.copy()
        digest.update(pathlib.Path(file).read_bytes())
        return cache / digest.hexdigest()

    def ours(file):
        return any(pathlib.Path(file).is_relative_to(top / folder) for folder in ("src", "tests"))

    known = groups(json.loads((build / "compile_commands.json").read_text()))
    count = sum(ours(file) for _, files in known for file in files)
    if not count:
        sys.exit(f"lint: {build} knows no file of ours: build it first")
    new = [(flags, files) for flags, files in
           ((flags, [file for file in files if ours(file) and not mark(file).exists()]) for flags, files in known)
           if files]

    def work(group):
        findings = check(program, *group)
        if not findings:
            for file in group[1]:
                mark(file).touch()
        return findings

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        findings = [each for found in pool.map(work, new) for each in found]
    print(*findings, f"{count} files, {sum(len(files) for _, files in new)} of them new, {len(findings)} with findings", sep="\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
