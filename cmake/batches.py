#!/usr/bin/env python3
"""Divides source files into batches that a compiler can read as one: no two of a batch keep the same name to
themselves, in a namespace without a name. A file that keeps a name which its room's headers have too stands alone,
and so does one that uses an enumeration's names as its own.
Usage: cmake/batches.py FILES_MAX FILE...   prints a line a file: the batch's number, a space, the file.
"""

import collections
import functools
import pathlib
import re
import sys

SOURCES = pathlib.Path(__file__).resolve().parent.parent / "src"
OWN = re.compile(r"^namespace \{\n(.*?)^\} // namespace$", re.MULTILINE | re.DOTALL)
# A definition begins in the first column: `struct name`, `using room::name;`, or `type name(`, `type name{`, `type name =`,
# `using name =`.
DEFINED = re.compile(r"^(?:(?:struct|enum class|class|enum) |using (?!namespace)[\w:]+::(?=\w+;))(\w+)|"
                     r"^(?:\[\[\w+\]\] )?(?=\w)(?!using namespace|namespace|TEST|INSTANTIATE)"
                     r"[\w:<>,&*() ]*?(?<![:~\w])(\w+)\s*(?:\(|\{|=|\[|;)", re.MULTILINE)


def defined_names(text):
    return {kind or other for kind, other in DEFINED.findall(text)}


@functools.cache
def header_names(room):
    """What the headers of a room declare, or of all of a wing, which its tests are about."""
    headers = (SOURCES / room).rglob("*.hpp") if room else ()
    return {name for header in headers for name in defined_names(header.read_text(encoding="utf-8"))}


def room_of(path):
    """The folder of src/ that holds the file: a test's is the first word of its name. None holds the tests' support."""
    if path.parent.name == "tests":
        return path.name.split("_")[0]
    path = path.resolve()
    return path.parent.relative_to(SOURCES) if path.is_relative_to(SOURCES) else ""


def own_names(text):
    return {name for part in OWN.findall(text) for name in defined_names(part)}


def batches(files, files_max):
    """Lists of files: each file goes into the first batch that has room and none of its names, those first whose names
    are common, since they find room in few."""
    alone, own = [], {}
    for file in sorted(files):
        path = pathlib.Path(file)
        text = path.read_text(encoding="utf-8")
        names = own_names(text)
        if names & header_names(room_of(path)) or "\nusing enum " in text:
            alone.append([file])
        else:
            own[file] = names
    count = collections.Counter(name for names in own.values() for name in names)
    made = []
    for file, names in sorted(own.items(), key=lambda each: -sum(count[name] - 1 for name in each[1])):
        into = next((batch for batch in made if len(batch[0]) < files_max and not batch[1] & names), None)
        if into is None:
            made.append(into := ([], set()))
        into[0].append(file)
        into[1].update(names)
    return [sorted(files) for files, _ in made] + alone


if __name__ == "__main__":
    for number, batch in enumerate(batches(sys.argv[2:], int(sys.argv[1]))):
        for file in batch:
            print(number, file)
