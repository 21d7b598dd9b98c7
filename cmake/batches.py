#!/usr/bin/env python3
"""Divides source files into batches that a compiler can read as one: no two of a batch and a room keep the same name to
themselves, in a namespace without a name, and none a name that a header of the room has too which another of them reads.
One that uses an enumeration's names as its own is the last of its batch, so that none sees them.
Usage: cmake/batches.py FILES_MAX FILE...   prints a line a file, in the order to be read: the batch's number, a
space, the file.
"""

import collections
import functools
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
SOURCES = TOP / "src"
INCLUDED = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
OWN = re.compile(r"^namespace \{\n(.*?)^\} // namespace$", re.MULTILINE | re.DOTALL)
# A definition begins in the first column: `struct name`, `using room::name;`, or `type name(`, `type name{`, `type name =`,
# `using name =`.
DEFINED = re.compile(r"^(?:(?:struct|enum class|class|enum) |using (?!namespace)[\w:]+::(?=\w+;))(\w+)|"
                     r"^(?:\[\[\w+\]\] )?(?=\w)(?!using namespace|namespace|TEST|INSTANTIATE)"
                     r"[\w:<>,&*() ]*?(?<![:~\w])(\w+)\s*(?:\(|\{|=|\[|;)", re.MULTILINE)
USING = re.compile(r"^using (?!namespace|enum)(?:(\w+) = ([^;]+)|((?:\w+::)+(\w+)));", re.MULTILINE)


def defined_names(text):
    return {kind or other for kind, other in DEFINED.findall(text)}


@functools.cache
def headers_of(path):
    """The house's headers that a file reads, its own and theirs, and those of the tests' support."""
    found = set()
    for name in INCLUDED.findall(path.read_text(encoding="utf-8")):
        header = next((place for place in (SOURCES / name, TOP / "tests" / name) if place.is_file()), None)
        if header is not None and header not in found:
            found |= {header} | headers_of(header)
    return found


def room_of(path):
    """The folders of src/ whose namespace a file is in: a test's is the first word of its name. None: the support's."""
    if path.parent.name == "tests":
        return (path.name.split("_")[0],)
    path = path.resolve()
    return path.parent.relative_to(SOURCES).parts if path.is_relative_to(SOURCES) else None


@functools.cache
def declared_names(header):
    return defined_names(header.read_text(encoding="utf-8"))


def header_names(path):
    """What the headers that a file reads declare in its room, or for a wing's tests in any of its rooms."""
    room = room_of(path)
    headers = [] if room is None else [each for each in headers_of(path) if (room_of(each) or ())[:len(room)] == room]
    return set().union(*map(declared_names, headers))


def own_names(text):
    """What a file keeps to itself, and of a name that only stands for another which: that many may say."""
    parts = OWN.findall(text)
    own = {name: None for part in parts for name in defined_names(part)}
    for alias, target, whole, name in (found for part in parts for found in USING.findall(part)):
        own[alias or name] = target or whole
    return own


def clash(these, those):
    return any(name in those and (meant is None or meant != those[name]) for name, meant in these.items())


def batches(files, files_max):
    """Lists of files: each file goes into the first batch that has room and none of its names, those first whose names
    are common, since they find room in few."""
    own, read, last = {}, {}, set()
    for file in sorted(files):
        text = pathlib.Path(file).read_text(encoding="utf-8")
        room = room_of(pathlib.Path(file)) # whose namespace is nobody else's
        own[file] = {(room, name): meant for name, meant in own_names(text).items()}
        read[file] = {(room, name) for name in header_names(pathlib.Path(file))}
        if "\nusing enum " in text:
            last.add(file)
            own[file][room, "using enum"] = None
    count = collections.Counter(name for names in own.values() for name in names)
    made = []
    for file, names in sorted(own.items(), key=lambda each: -sum(count[name] - 1 for name in each[1])):
        def fits(batch):
            kept, taken = batch[1] | names, batch[2] | read[file]
            return len(batch[0]) < files_max and not clash(names, batch[1]) and not kept.keys() & taken
        into = next((batch for batch in made if fits(batch)), None)
        if into is None:
            made.append(into := ([], {}, set()))
        into[0].append(file)
        into[1].update(names)
        into[2].update(read[file])
    return [sorted(files, key=lambda file: (file in last, file)) for files, _, _ in made]


if __name__ == "__main__":
    for number, batch in enumerate(batches(sys.argv[2:], int(sys.argv[1]))):
        for file in batch:
            print(number, file)
