"""Debian's AWS CLI, or another, without what it reads before each call: it is loaded once, and a service's model at the first
call of it. Each call is a fork of that, with the caller's arguments, environment, folder and descriptors. Loading takes a
second of the processor, a call less than a fifth."""

import atexit
import contextlib
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
import threading
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
def quick_aws(packages=None):
    """The path of an `aws`, alone in its folder, for as long as this test runs: of the packages in that folder."""
    folder = tempfile.TemporaryDirectory(prefix="quick-aws-")
    server = subprocess.Popen([PYTHON, __file__, folder.name], stdin=subprocess.PIPE,
                              env={**os.environ, **({"PYTHONPATH": str(packages)} if packages else {})})
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


def call_of(line):
    """Its arguments, environment, folder and descriptors."""
    size, descriptors, _, _ = socket.recv_fds(line, 4, 3)
    return *json.loads(received(line, int.from_bytes(size, "big"))), descriptors


def answer(line, main, arguments, environment, folder, descriptors):
    """In the fork: the call, as if it had been started so."""
    threading.Thread(target=end_with_caller, args=(line,), daemon=True).start()
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


def end_with_caller(line):
    line.recv(1)  # it sends no more
    os.kill(os.getpid(), signal.SIGTERM)


def serve(folder):
    """Puts an `aws` into the folder, and answers it once "line" is there too, until there is no more to read on stdin."""
    import awscli.clidriver
    import awscli.handlers  # which the first call would load
    import botocore.exceptions
    import botocore.session
    with contextlib.suppress(ModuleNotFoundError):  # version 1 asks nothing of it
        import distro
        distro.id()  # asked of lsb_release: each call names it and the version in its User-Agent
        distro.major_version()
    botocore.session.create_loader = functools.cache(botocore.session.create_loader)
    models = botocore.session.create_loader(os.environ["AWS_DATA_PATH"])
    models.load_data_with_path("endpoints")
    caller = pathlib.Path(folder, "aws")
    caller.write_text(CALLER, encoding="utf-8")
    caller.chmod(0o755)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(os.path.join(folder, "unready"))
    listener.listen(64)
    os.rename(os.path.join(folder, "unready"), os.path.join(folder, "line"))
    while True:
        ready, _, _ = select.select([listener, 0], [], [])
        if 0 in ready:  # the test that started it has ended
            return
        line, _ = listener.accept()
        call = call_of(line)
        for service in set(call[0]).intersection(models.list_available_services("service-2")):
            for kind in ("service-2", "paginators-1", "waiters-2", "endpoint-rule-set-1"):
                with contextlib.suppress(botocore.exceptions.DataNotFoundError):  # some have no waiters
                    models.load_service_model(service, kind)
        if os.fork() == 0:
            try:
                listener.close()
                answer(line, awscli.clidriver.main, *call)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(1)
        line.close()  # so that the caller sees the fork's end
        for descriptor in call[-1]:
            os.close(descriptor)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


if __name__ == "__main__":
    serve(sys.argv[1])
