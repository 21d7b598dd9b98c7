"""Faults of a disk, for a program that a test starts: a file that is locked, that may not grow, or whose writes fail; and
what a power cut could take from it."""

import contextlib
import pathlib
import resource
import sqlite3
import subprocess

# Writes, and their syncs, to files whose path holds CRUDDUR_TEST_FAULT_PATH fail with the number in the file
# CRUDDUR_TEST_FAULT, while there is one.
SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fails(int descriptor) {
    const char* number = getenv("CRUDDUR_TEST_FAULT");
    const char* part = getenv("CRUDDUR_TEST_FAULT_PATH");
    char link[64], path[4096];
    if (!number || !part || access(number, R_OK) != 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size < 0) return 0;
    path[size] = 0;
    if (!strstr(path, part)) return 0;
    FILE* opened = fopen(number, "r");
    int code = EIO;
    if (opened && fscanf(opened, "%d", &code) != 1) code = EIO;
    if (opened) fclose(opened);
    errno = code;
    return 1;
}

#define WRAPPED(result, name, parameters, arguments)                                  \
    result name parameters {                                                          \
        static result (*real) parameters;                                             \
        if (!real) real = (result (*) parameters)dlsym(RTLD_NEXT, #name);             \
        return fails(descriptor) ? -1 : real arguments;                               \
    }

WRAPPED(ssize_t, write, (int descriptor, const void* from, size_t size), (descriptor, from, size))
WRAPPED(ssize_t, pwrite, (int descriptor, const void* from, size_t size, off_t at), (descriptor, from, size, at))
WRAPPED(ssize_t, pwrite64, (int descriptor, const void* from, size_t size, off64_t at), (descriptor, from, size, at))
WRAPPED(int, fsync, (int descriptor), (descriptor))
WRAPPED(int, fdatasync, (int descriptor), (descriptor))
"""


# Writes down what a process called CRUDDUR_TEST_NAME writes, syncs and renames, a line each, in the order in which it did.
RECORDER = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static void note(const char* what, const char* first, const char* second) {
    const char* file = getenv("CRUDDUR_TEST_RECORD");
    const char* name = getenv("CRUDDUR_TEST_NAME");
    if (!file || !name || strcmp(program_invocation_short_name, name) != 0) return;
    const int kept = errno;
    char line[3 * PATH_MAX];
    const int size = snprintf(line, sizeof line, "%s\t%s\t%s\n", what, first, second);
    const int opened = (int)syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (opened >= 0) {
        syscall(SYS_write, opened, line, (size_t)size);
        syscall(SYS_close, opened);
    }
    errno = kept;
}

static void note_descriptor(const char* what, int descriptor) {
    char link[64], path[PATH_MAX];
    const int kept = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const ssize_t size = readlink(link, path, sizeof path - 1);
    errno = kept;
    if (size < 0 || path[0] != '/') return;
    path[size] = 0;
    note(what, path, "");
}

#define NOTED(result, name, parameters, arguments, act)                               \
    result name parameters {                                                          \
        static result (*real) parameters;                                             \
        if (!real) real = (result (*) parameters)dlsym(RTLD_NEXT, #name);             \
        const result got = real arguments;                                            \
        if (got >= 0) act;                                                            \
        return got;                                                                   \
    }
#define OF_DESCRIPTOR(result, name, parameters, arguments, what) \
    NOTED(result, name, parameters, arguments, note_descriptor(what, descriptor))

OF_DESCRIPTOR(ssize_t, write, (int descriptor, const void* from, size_t size), (descriptor, from, size), "write")
OF_DESCRIPTOR(ssize_t, writev, (int descriptor, const struct iovec* from, int count), (descriptor, from, count), "write")
OF_DESCRIPTOR(ssize_t, pwrite, (int descriptor, const void* from, size_t size, off_t at), (descriptor, from, size, at), "write")
OF_DESCRIPTOR(ssize_t, pwrite64, (int descriptor, const void* from, size_t size, off64_t at), (descriptor, from, size, at), "write")
OF_DESCRIPTOR(int, fsync, (int descriptor), (descriptor), "sync")
OF_DESCRIPTOR(int, fdatasync, (int descriptor), (descriptor), "sync")
NOTED(int, rename, (const char* from, const char* to), (from, to), note("rename", from, to))
"""


def preloaded(folder, name, source):
    """A library of this source, and the variables by which a program loads it first."""
    library = pathlib.Path(folder) / f"{name}.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-x", "c", "-", "-o", library, "-ldl"], input=source, text=True,
                   check=True, timeout=120)
    # A sanitized program wants to be first among the libraries: here it is second.
    return {"LD_PRELOAD": str(library), "ASAN_OPTIONS": "verify_asan_link_order=0"}


class RecordedDisk:
    """Preloaded by its `variables`, it tells which renames a power cut could have undone or left with half a file."""

    def __init__(self, folder, program):
        self.record = pathlib.Path(folder) / "record"
        self.variables = {**preloaded(folder, "record", RECORDER), "CRUDDUR_TEST_RECORD": str(self.record),
                          "CRUDDUR_TEST_NAME": pathlib.Path(program).name}

    def renames(self, within):
        """Each rename to a path within the folder, with what it lacks: "" where it lacks nothing."""
        events = [line.split("\t") for line in self.record.read_text(encoding="utf-8").splitlines()]
        found, whole = [], set()  # those after which the new name has been synced as the old one had
        for at, (what, first, second) in enumerate(events):
            if what != "rename" or not second.startswith(f"{within}/"):
                continue
            synced = max((index for index in range(at) if events[index][:2] == ["sync", first]
                          or (index in whole and events[index][2] == first)), default=-1)
            written = [path for act, path, _ in events[synced + 1:at]
                       if act == "write" and (path == first or path.startswith(f"{first}/"))]
            folder = second.rpartition("/")[0]
            lack = f"{first} was not synced" if synced < 0 else f"{written[0]} was written after its sync" if written else ""
            if not lack and ["sync", folder] not in [each[:2] for each in events[at + 1:]]:
                lack = f"{folder} was not synced after it"
            if not lack:
                whole.add(at)
            found.append((second, lack))
        return found


class FailingDisk:
    """Preloaded by its `variables`; `fails` makes it fail while the block runs."""

    def __init__(self, folder, part="/state.db"):
        self.control = pathlib.Path(folder) / "fault"
        self.variables = {**preloaded(folder, "fault", SHIM), "CRUDDUR_TEST_FAULT": str(self.control),
                          "CRUDDUR_TEST_FAULT_PATH": part}

    @contextlib.contextmanager
    def fails(self, code):
        self.control.write_text(str(code))
        try:
            yield
        finally:
            self.control.unlink()


@contextlib.contextmanager
def locked(database):
    """Another program's transaction on a SQLite file."""
    holder = sqlite3.connect(database, isolation_level=None, timeout=30)
    try:
        holder.execute("begin exclusive")
        yield
        holder.execute("rollback")
    finally:
        holder.close()


@contextlib.contextmanager
def no_room(pid, bytes_max=0):
    """A file system without room, as far as that process and what it starts can tell: no file of theirs may grow."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE, (bytes_max, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
