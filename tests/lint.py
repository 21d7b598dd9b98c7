#!/usr/bin/env python3
"""Runs clang-tidy over every file of src/ and tests/. Usage: tests/lint.py BUILD_FOLDER

A file that was clean is not looked at again until it, what it includes of ours, how it is compiled, a .clang-tidy or the
tool changes: BUILD_FOLDER/lint has a file for each, which holds the hash of all that.
"""

import concurrent.futures
import functools
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
together = 256


def tool():
    # The compiler's own: it reads the header that the build has parsed.
    if shutil.which("clang-tidy-22"):
        return "clang-tidy-22"
    sys.exit("lint: clang-tidy-22 is missing: bin/install-packages test")


@functools.cache
def read(path):
    """A file's hash, and what it includes by name."""
    content = path.read_bytes()
    return hashlib.sha256(content).digest(), re.findall(rb'^#include "(.*)"', content, re.MULTILINE)


def included(path, folders, known):
    """The file and all of ours that it includes, directly or not."""
    if path not in known:
        known.add(path)
        for name in read(path)[1]:
            places = (folder / name.decode() for folder in (path.parent, *folders))
            if found := next((place for place in places if place.exists()), None):
                included(found, folders, known)
    return known


def hash_of(file, flags, tool_version):
    folders = [pathlib.Path(folder) for folder in re.findall(r"-I(\S+)", flags)]
    digest = hashlib.sha256(f"{tool_version} {flags}".encode())
    for path in [top / ".clang-tidy", top / "tests/.clang-tidy", *sorted(included(pathlib.Path(file), folders, set()))]:
        digest.update(read(path)[0])
    return digest.hexdigest()


def files_of(entry):
    """What is compiled by it: a batch names its files from src/ or tests/."""
    if "/batches/" not in entry["file"]:
        return [entry["file"]]
    return [str(next(file for file in (top / "src" / name, top / "tests" / name) if file.exists()))
            for name in re.findall(r'^#include "(.*)"', pathlib.Path(entry["file"]).read_text(), re.MULTILINE)]


def compiled(entries):
    """Each file of ours, and the flags that it is compiled by."""
    return {file: re.sub(r" -o \S+ -c \S+", "", entry["command"]) for entry in entries for file in files_of(entry)
            if any(pathlib.Path(file).is_relative_to(top / folder) for folder in ("src", "tests"))}


INCLUDES = re.compile(r" (?:-I|-isystem )\S+")


def groups(flags_of):
    """Files that are compiled alike, whatever folders they look in, and define no name twice, `together` at most."""
    alike = {}
    for file, flags in flags_of.items():
        of_tests = pathlib.Path(file).is_relative_to(top / "tests")
        alike.setdefault((INCLUDES.sub("", flags), of_tests), {})[file] = INCLUDES.findall(flags)
    made = [(flags + "".join(dict.fromkeys(sum(folders.values(), []))), group)
            for (flags, _), folders in alike.items() for group in batches.batches(list(folders), together)]
    return sorted(made, key=lambda each: -len(each[1]))  # no long one is alone at the end


def check(program, flags, files):
    """The findings. Files are read as one, since nearly all of the time goes into the headers that they share. Where
    that shows anything, names that clash with a neighbour's too, those that it names are read apart: a finding is a file's own."""
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
                          capture_output=True, text=True, timeout=600)
    if done.returncode == 0:
        return []
    if len(files) == 1:
        return [done.stdout + done.stderr]
    said = done.stdout + done.stderr
    named = [file for file in files if file in said]
    if "clang-diagnostic-error" in said:  # it costs the group's time again
        print(*(line for line in said.splitlines() if "clang-diagnostic-error" in line), sep="\n")
    if len(named) in (0, len(files)):
        named = files[:len(files) // 2]
    return check(program, flags, named) + check(program, flags, [file for file in files if file not in named])


def main():
    program = tool()
    version = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
    cache.mkdir(exist_ok=True)
    flags_of = compiled(json.loads((build / "compile_commands.json").read_text()))
    if not flags_of:
        sys.exit(f"lint: {build} knows no file of ours: build it first")
    hashes = {file: hash_of(file, flags, version) for file, flags in flags_of.items()}

    def mark(file):
        return cache / str(pathlib.Path(file).relative_to(top)).replace("/", "+")

    new = {file: flags for file, flags in flags_of.items()
           if not mark(file).exists() or mark(file).read_text() != hashes[file]}

    def work(group):
        findings = check(program, *group)
        if not findings:
            for file in group[1]:
                mark(file).write_text(hashes[file])
        return findings

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        findings = [each for found in pool.map(work, groups(new)) for each in found]
    print(*findings, f"{len(flags_of)} files, {len(new)} of them new, {len(findings)} with findings", sep="\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
