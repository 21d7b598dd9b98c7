"""Debian's AWS CLI without what it reads before each call: it is loaded once, and each call is a fork of that, with the
caller's arguments, environment, folder and descriptors. Loading takes a second of the processor, a call a fifth."""

import atexit
import functools
import json
import os
import pathlib
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

PYTHON = "/usr/bin/python3"  # Debian's, as /usr/bin/aws says
START_SECONDS = 60
# What is called in its place. A caller that ends ends the call: the connection is closed.
CALLER = f"""#!{PYTHON} -SE
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as line:
    line.connect(os.path.join(os.path.dirname(os.path.abspath(__file__)), "line"))
    call = json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()]).encode()
    socket.send_fds(line, [len(call).to_bytes(4, "big")], [0, 1, 2])
    line.sendall(call)
    code = line.recv(1)
sys.exit(code[0] if code else "aws: the call ended without a status")
"""


@functools.cache
def quick_aws():
    """The path of an `aws`, alone in its folder, for as long as this test runs."""
    folder = tempfile.TemporaryDirectory(prefix="quick-aws-")
    server = subprocess.Popen([PYTHON, __file__, folder.name], stdin=subprocess.PIPE)
    atexit.register(folder.cleanup)
    atexit.register(server.wait, START_SECONDS)
    atexit.register(server.stdin.close)  # by which it ends: the last is done first
    end = time.monotonic() + START_SECONDS
    while not pathlib.Path(folder.name, "line").exists():
        assert server.poll() is None and time.monotonic() < end, "the AWS CLI was not loaded"
        time.sleep(0.02)
    return os.path.join(folder.name, "aws")


def received(line, size):
    out = b""
    while len(out) < size:
        part = line.recv(size - len(out))
        if not part:
            raise EOFError
        out += part
    return out


def answer(line, main):
    """In the fork: the call, as if it had been started so."""
    size, descriptors, _, _ = socket.recv_fds(line, 4, 3)
    arguments, environment, folder = json.loads(received(line, int.from_bytes(size, "big")))
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin, sys.stdout, sys.stderr = open(0, closefd=False), open(1, "w", closefd=False), open(2, "w", closefd=False)
    data = os.environ["AWS_DATA_PATH"]  # which it has set for itself
    os.environ.clear()
    os.environ.update(environment, AWS_DATA_PATH=data)
    time.tzset()
    os.chdir(folder)
    sys.argv = ["aws", *arguments]
    try:
        code = main()
    except SystemExit as ended:
        code = ended.code
    sys.stdout.flush()
    sys.stderr.flush()
    line.sendall(bytes([(code or 0) & 255]))


def begin(listener, main, lines):
    """Returns the call's connection and its fork."""
    line, _ = listener.accept()
    if (child := os.fork()) != 0:
        return line, child
    try:
        for other in (listener, *lines):
            other.close()
        answer(line, main)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def serve(folder):
    """Puts an `aws` into the folder, and answers it once "line" is there too, until there is no more to read on stdin."""
    import awscli.clidriver
    caller = pathlib.Path(folder, "aws")
    caller.write_text(CALLER, encoding="utf-8")
    caller.chmod(0o755)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(os.path.join(folder, "unready"))
    listener.listen(64)
    os.rename(os.path.join(folder, "unready"), os.path.join(folder, "line"))
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    poll.register(0, select.POLLIN)  # the test that started it
    lines, forks = {}, {}  # by their descriptors
    while True:
        for ready, _ in poll.poll():
            if ready == 0:
                return
            if ready == listener.fileno():
                line, child = begin(listener, awscli.clidriver.main, [line for line, _, _ in forks.values()])
                fork = os.pidfd_open(child)
                lines[line.fileno()], forks[fork] = child, (line, child, line.fileno())
                poll.register(line, select.POLLRDHUP)
                poll.register(fork, select.POLLIN)
            elif ready in lines:  # its caller has ended
                poll.unregister(ready)
                os.kill(lines.pop(ready), signal.SIGTERM)
            else:
                line, child, number = forks.pop(ready)
                if lines.pop(number, None) is not None:
                    poll.unregister(number)
                line.close()
                poll.unregister(ready)
                os.close(ready)
                os.waitpid(child, 0)


if __name__ == "__main__":
    serve(sys.argv[1])
