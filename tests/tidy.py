#!/usr/bin/env python3
"""Holds what the style page agrees on and no compiler checks. Usage: tests/tidy.py [source folder]

Prints each breach as file:line: what, and exits 1 when there is one.
"""

import collections
import functools
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cmake"))
import batches  # noqa: E402

# Highest first: a room may include itself and the rooms after it.
ROOMS = ["cli", "app", "cloud", "admin", "content", "database", "lambda", "aws", "cluster", "http", "postgres"]
# A wing's rooms have an order of their own, and the first is its door: the rest of the house includes no other.
WINGS = {"cloud": ["door", "insights", "watch", "events", "rds", "sign_in", "fleet", "archive", "cognito", "lambda", "ec2", "secrets", "sts", "trail", "iam", "logs",
                   "kms", "wire", "ground"],
         "app": ["door", "topics", "pages", "answer", "identity", "input", "ground"],
         "cli": ["door", "local", "admin", "rds", "db", "ground"]}
ROOM_FILES_MAX = 45
FILE_LINES_MAX = 600
# What takes the compiler a third of a second and more, and which headers may bring it to all who include them.
HEAVY = re.compile(r"#include <((?:boost(?!/system)|fmt|spdlog|CLI|prometheus)/[^>]*|regex|iostream|pugixml\.hpp)>")
HEAVY_ANYWHERE = {"boost/asio/awaitable.hpp", "boost/asio/any_io_executor.hpp",
                  "boost/assert/source_location.hpp", "fmt/core.h"}
HEAVY_IN = {
    "boost/asio/as_tuple.hpp": {"app/answer/turns.hpp"},
    "boost/asio/async_result.hpp": {"postgres/request.hpp"},
    "boost/asio/cancellation_signal.hpp": {"http/workspace.hpp", "postgres/fleet.hpp"},
    "boost/asio/co_spawn.hpp": {"app/answer/turns.hpp", "cloud/wire/environment.hpp"},
    "boost/asio/io_context.hpp": {"cloud/lambda/function_pool.hpp", "cloud/lambda/function_process.hpp",
                                  "http/context.hpp", "http/poller.hpp", "http/server.hpp"},
    "boost/asio/posix/stream_descriptor.hpp": {"http/poller.hpp", "postgres/socket_watch.hpp"},
    "boost/asio/steady_timer.hpp": {"app/answer/turns.hpp", "app/door/feed_encoder.hpp",
                                    "cloud/ground/owed_writes.hpp", "cloud/insights/load_sampler.hpp",
                                    "cloud/lambda/function_pool.hpp",
                                    "cloud/rds/log_exports.hpp", "cloud/rds/managed_passwords.hpp",
                                    "cloud/events/event_bus.hpp", "cloud/trail/log_delivery.hpp",
                                    "cloud/watch/alarm_watch.hpp", "cloud/watch/instance_metrics.hpp",
                                    "postgres/fleet.hpp"},
    "boost/asio/this_coro.hpp": {"app/answer/turns.hpp"},
    "boost/asio/thread_pool.hpp": {"app/door/feed_encoder.hpp", "cloud/lambda/function_code.hpp",
                                   "cloud/lambda/function_pool.hpp", "cloud/wire/environment.hpp"},
    "boost/asio/use_awaitable.hpp": {"app/answer/turns.hpp", "cloud/wire/environment.hpp", "postgres/request.hpp"},
    "boost/beast/http/basic_parser.hpp": {"http/request_parser.hpp"},
    "boost/beast/http/verb.hpp": {"http/message.hpp"},
    "boost/json/array.hpp": {"cli/local/local_aws.hpp", "cloud/cognito/cognito_schema.hpp"},
    "boost/json/object.hpp": {"cli/local/local_aws.hpp", "cloud/cognito/cognito.hpp", "cloud/cognito/cognito_tokens.hpp",
                              "cloud/ec2/ec2.hpp", "cloud/iam/iam.hpp", "cloud/insights/insights.hpp", "cloud/kms/kms.hpp", "cloud/lambda/lambda.hpp", "cloud/logs/logs.hpp",
                              "cloud/rds/rds.hpp", "cloud/secrets/secrets.hpp", "cloud/watch/watch.hpp",
                              "cloud/events/event_pattern.hpp", "cloud/events/events.hpp", "cloud/trail/call_event.hpp",
                              "cloud/trail/trail.hpp", "aws/audit_checks.hpp",
                              "cloud/wire/call.hpp", "cloud/wire/codec.hpp", "cloud/wire/input.hpp", "cloud/wire/listing.hpp",
                              "cloud/wire/tag_members.hpp"},
    "boost/json/value.hpp": {"cli/db/db.hpp"},
    "CLI/App.hpp": {"cli/ground/command.hpp", "cli/ground/parse_error.hpp"},
    "CLI/Error.hpp": {"cli/ground/parse_error.hpp"},
    "prometheus/collectable.h": {"app/ground/metrics.hpp"},
    "spdlog/spdlog.h": {"app/answer/turns.hpp"},
    "pugixml.hpp": {"aws/audit_checks.hpp", "aws/call.hpp"},
}
# What is included for names of std::. Names that any header brings, as std::size_t, are left out.
STANDARD = {name: header for header, names in {
    "algorithm": "all_of any_of clamp count_if find find_if max min none_of sort ranges::all_of ranges::any_of ranges::copy ranges::count_if "
                 "ranges::equal ranges::find ranges::find_if ranges::max_element ranges::none_of ranges::remove_if ranges::sort ranges::transform",
    "array": "array", "atomic": "atomic atomic_bool atomic_flag", "bit": "bit_cast endian", "charconv": "from_chars to_chars",
    "chrono": "chrono", "cmath": "ceil exp floor log lround pow sqrt", "condition_variable": "condition_variable condition_variable_any",
    "deque": "deque", "exception": "current_exception exception_ptr rethrow_exception", "filesystem": "filesystem",
    "fstream": "ifstream ofstream", "functional": "function", "future": "async future promise", "iostream": "cerr cin cout",
    "iterator": "back_inserter inserter make_move_iterator", "limits": "numeric_limits", "map": "map multimap",
    "memory": "enable_shared_from_this make_shared make_unique shared_ptr unique_ptr weak_ptr",
    "mutex": "call_once lock_guard mutex once_flag scoped_lock unique_lock", "numeric": "accumulate gcd iota",
    "optional": "nullopt optional", "set": "multiset set", "span": "span", "sstream": "istringstream ostringstream stringstream",
    "stdexcept": "invalid_argument logic_error out_of_range runtime_error", "stop_token": "stop_source stop_token",
    "string": "getline stoi string to_string", "string_view": "string_view", "thread": "jthread thread", "tuple": "make_tuple tie tuple",
    "unordered_map": "unordered_map", "unordered_set": "unordered_set", "utility": "as_const cmp_less exchange forward in_range move pair swap",
    "variant": "get_if holds_alternative monostate variant visit", "vector": "vector"}.items() for name in names.split()}
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
    if path.parts[0] != "src" or len(path.parts) < 3:
        return
    room, inner = path.parts[1], path.parts[2:-1]
    rooms_inside = WINGS.get(room, [])
    if room not in ROOMS:
        return breach(path, 1, f"'{room}' is no room of the house")
    if not rooms_inside and inner:
        return breach(path, 1, "a room has no sub-folders")
    if rooms_inside and (len(inner) != 1 or inner[0] not in rooms_inside):
        return breach(path, 1, f"{room} is a wing, whose files lie in its rooms: {', '.join(rooms_inside)}")
    own = "::".join(("cruddur", room, *inner))
    for number, line in enumerate(lines, 1):
        opened = re.match(r"namespace (cruddur[\w:]*) \{", line)
        if opened and opened[1] != own:
            breach(path, number, f"it opens {opened[1]}: its room's namespace is {own}")
        found = re.match(r'#include "([a-z_0-9]+)/(?:([a-z_0-9]+)/)?', line)
        if not found or found[1] not in ROOMS:
            continue
        if ROOMS.index(found[1]) < ROOMS.index(room):
            breach(path, number, f"{room} may not include {found[1]}, which stands above it")
        if found[1] not in WINGS:
            continue
        if found[1] != room and found[2] != WINGS[found[1]][0]:
            breach(path, number, f"{room} may include {found[1]}/{WINGS[found[1]][0]} alone, that wing's door")
        if found[1] == room and rooms_inside.index(found[2]) < rooms_inside.index(inner[0]):
            breach(path, number, f"{inner[0]} may not include {found[2]}, which stands above it")


def check_heavy_headers(path, lines):
    if path.parts[0] != "src" or path.suffix != ".hpp":
        return
    for number, line in enumerate(lines, 1):
        found = HEAVY.match(line)
        if found and found[1] not in HEAVY_ANYWHERE and "/".join(path.parts[1:]) not in HEAVY_IN.get(found[1], ()):
            breach(path, number, f"<{found[1]}> makes every file that includes this one slow to compile: declare "
                                 "what it is for, and include it in a .cpp")


@functools.cache
def standard_headers(path):
    return set(re.findall(r"^#include <(\w+)>", path.read_text(encoding="utf-8"), re.MULTILINE))


def check_standard_headers(path, lines):
    """What another's header or a neighbour of its batch brings along is missing where a file is compiled alone."""
    included = set().union(*map(standard_headers, (top / path, *batches.headers_of(top / path))))
    lacking = {}
    for number, line in enumerate(lines, 1):
        for name in re.findall(r"\bstd::((?:ranges::)?\w+)", line.partition("//")[0]):
            if (header := STANDARD.get(name)) and header not in included:
                lacking.setdefault(header, (number, name))
    for header, (number, name) in lacking.items():
        breach(path, number, f"std::{name} without <{header}>, in the file or in a header of ours that it includes")


def check_room_sizes(paths):
    rooms = collections.Counter(path.parent for path in paths if path.parts[0] == "src" and path.suffix in CODE)
    for room, files in rooms.items():
        if files > ROOM_FILES_MAX:
            breach(room, 1, f"{files} files: at most {ROOM_FILES_MAX}, beyond which a room becomes a wing")


def check_tables(texts):
    """A table of local AWS's state is named by the room alone that makes it."""
    literals = {path: re.findall(r'R"sql\((.*?)\)sql"|"((?:[^"\\\n]|\\.)*)"', text, re.DOTALL)
                for path, text in texts.items() if path.parts[:2] == ("src", "cloud") and path.suffix in CODE}
    statements = {path: "\n".join(raw or plain for raw, plain in found) for path, found in literals.items()}
    owners = {table: path.parent for path, text in statements.items() for table in re.findall(r"create table (\w+)", text)}
    for path, text in statements.items():
        for table in re.findall(r"\b(?:from|into|update|join|references|table) (\w+)", text):
            if owners.get(table, path.parent) != path.parent:
                breach(path, 1, f"a statement names {table}, which is a table of {owners[table]}")


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
            check_heavy_headers(path, lines)
            check_standard_headers(path, lines)
            check_aliases(path, lines)
            if len(lines) > FILE_LINES_MAX:
                breach(path, len(lines), f"{len(lines)} lines: at most {FILE_LINES_MAX}, split it")
    check_room_sizes(paths)
    check_tables(texts)
    check_dead_files(paths, texts)
    check_format(paths)
    for line in breaches:
        print(line)
    print(f"{len(texts)} files, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
