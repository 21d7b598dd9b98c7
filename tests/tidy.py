#!/usr/bin/env python3
"""Holds what the style page agrees on and no compiler checks. Usage: tests/tidy.py [source folder]

Prints each breach as file:line: what, and exits 1 when there is one.
"""

import pathlib
import re
import subprocess
import sys

# Highest first: a room may include itself and the rooms after it.
ROOMS = ["cli", "app", "cloud", "database", "lambda", "aws", "cluster", "http", "postgres"]
FILE_LINES_MAX = 600
CODE = {".cpp", ".hpp"}
TEXT = CODE | {".sql", ".py", ".ts", ".tsx", ".css", ".mjs", ".lua", ".cmake", ".md", ".yaml", ".yml", ".txt", ""}

top = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent)
breaches = []


def breach(path, line, what):
    breaches.append(f"{path}:{line}: {what}")


def tracked():
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=top, check=True, capture_output=True).stdout.decode()
    return [pathlib.Path(name) for name in listed.split("\0") if name and (top / name).is_file()]


def check_includes(path, lines):
    room = path.parts[1] if path.parts[0] == "src" and len(path.parts) > 2 else None
    if room is not None and room not in ROOMS:
        breach(path, 1, f"'{room}' is no room of the house")
        return
    if room is not None and len(path.parts) > 3:
        breach(path, 1, "a room has no sub-folders")
    for number, line in enumerate(lines, 1):
        found = re.match(r'#include "([a-z_]+)/', line)
        if room and found and found[1] in ROOMS and ROOMS.index(found[1]) < ROOMS.index(room):
            breach(path, number, f"{room} may not include {found[1]}, which stands above it")


def check_renames(path, lines):
    if path.parts[0] != "src" or str(path) == "src/cluster/files.cpp":
        return
    for number, line in enumerate(lines, 1):
        if re.search(r"\brename\(", line):
            breach(path, number, "a rename whose folder is not synced: cluster::replace_file does both")


def check_words(path, lines):
    # Each pattern is written so that this file does not match itself.
    for number, line in enumerate(lines, 1):
        if re.search(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b", line):
            breach(path, number, "a stray reminder: do it, or take it out")
        if re.search(r"NO" r"LINT(NEXTLINE|BEGIN)?(\([^)]*\))?\s*$", line):
            breach(path, number, "a silenced lint without its reason beside it")
        if re.search(r"GTEST_" r"SKIP|\bDISABLED" r"_[A-Za-z]", line):
            breach(path, number, "a test that skips")
        if re.search(r"(^|[\s\"'(=])/(ro" r"ot|wo" r"rk|home/[a-z]+)/", line):
            breach(path, number, "an absolute path of one machine")


def check_aliases(path, lines):
    # clang-tidy's modernize-use-using takes a fifth of its time to say so.
    for number, line in enumerate(lines, 1):
        if re.match(r"\s*type" r"def\b", line):
            breach(path, number, "a typedef: write using")


def check_dead_files(paths, texts):
    code = "\n".join(text for path, text in texts.items() if path.suffix in CODE)
    for path in paths:
        if path.suffix == ".hpp" and path.parts[0] in ("src", "tests"):
            included_as = "/".join(path.parts[1:])
            if f'"{included_as}"' not in code:
                breach(path, 1, "nothing includes this header")
        if path.parts[:2] == ("db", "queries") and f"queries::{path.stem}" not in code:
            breach(path, 1, "no code uses this query")


def check_format(paths):
    files = [str(path) for path in paths if path.suffix in CODE]
    done = subprocess.run(["clang-format", "--dry-run", "--Werror", *files], cwd=top, capture_output=True, text=True)
    for line in done.stderr.splitlines():
        if "error:" in line:
            breaches.append(line)


def main():
    paths = tracked()
    texts = {}
    for path in paths:
        if path.suffix not in TEXT or path.name == "package-lock.json":
            continue
        try:
            texts[path] = (top / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        lines = texts[path].splitlines()
        check_words(path, lines)
        check_renames(path, lines)
        if path.suffix in CODE:
            check_includes(path, lines)
            check_aliases(path, lines)
            if len(lines) > FILE_LINES_MAX:
                breach(path, len(lines), f"{len(lines)} lines: at most {FILE_LINES_MAX}, split it")
    check_dead_files(paths, texts)
    check_format(paths)
    for line in breaches:
        print(line)
    print(f"{len(texts)} files, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
