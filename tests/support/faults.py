"""Faults of a disk, for a program that a test starts: a file that is locked, that may not grow, or whose writes fail."""

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


class FailingDisk:
    """Preloaded by its `variables`; `fails` makes it fail while the block runs."""

    def __init__(self, folder, part="/state.db"):
        self.control = pathlib.Path(folder) / "fault"
        library = pathlib.Path(folder) / "fault.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-x", "c", "-", "-o", library, "-ldl"], input=SHIM, text=True,
                       check=True, timeout=120)
        # A sanitized program wants to be first among the libraries: here it is second.
        self.variables = {"LD_PRELOAD": str(library), "ASAN_OPTIONS": "verify_asan_link_order=0",
                          "CRUDDUR_TEST_FAULT": str(self.control),
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
