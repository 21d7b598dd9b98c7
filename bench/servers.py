"""The servers that a benchmark runs side by side, all on loopback and on free ports, each ended by its own process id."""

import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent
START_SECONDS = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fetch(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


def wait_for(url, process, log):
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            return fetch(url)
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.05)
    raise SystemExit(f"bench: no answer from {url}\n{log.read_text(errors='replace')[-2000:]}")


class Server:
    """A process with its output in a file, ended when the block is left."""

    def __init__(self, name, folder, arguments, **variables):
        self.log = folder / f"{name}.log"
        with open(self.log, "ab") as out:
            # A session of its own, as a service has: by sessions Linux shares out the processor.
            self.process = subprocess.Popen(arguments, stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd=folder,
                                            env={**os.environ, **variables}, start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def processor_seconds(self):
        """Of the process and its children, in the kernel too."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        stats = [pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in (self.process.pid, *children)]
        return sum(int(stat[11]) + int(stat[12]) for stat in stats) / os.sysconf("SC_CLK_TCK")

    def resident_mib(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        return 0.0


class Serve(Server):
    def __init__(self, name, program, folder, connection_url, tokens, *flags):
        port = free_port()
        super().__init__(name, folder, [program, "serve", "--port", str(port), "--jwks", tokens.jwks, "--posts-a-minute", "0",
                                        "--reactions-a-minute", "0", *flags],
                         CONNECTION_URL=connection_url, **tokens.environment)
        self.url = f"http://127.0.0.1:{port}"
        wait_for(f"{self.url}/readyz", self.process, self.log)


def nginx_text(body):
    """Variables of nginx's configuration that hold the bytes together: it takes no text of more than 4,000."""
    pieces = re.findall(r"(?:\\.|[^\\]){1,1500}", body.decode().replace("\\", "\\\\").replace("'", "\\'").replace("$", "S"))
    names = [f"$part{at}" for at in range(len(pieces))]
    return "".join(f"set {name} '{piece}'; " for name, piece in zip(names, pieces)) + f"return 200 {''.join(names)};"


class Nginx(Server):
    """Serves the bytes given, without an access log: as a file whose descriptor it keeps, or as a text of its configuration,
    which is the quickest that it can. The file it reads and sends with its header at once: by sendfile it takes two calls to
    hold the header back and let it go, and was measured slower for a page of 8 kB."""

    def __init__(self, name, folder, body, in_memory=False):
        folder = folder / name
        (folder / "www").mkdir(parents=True)
        folder.chmod(0o711)
        (folder / "www" / "home").write_bytes(body)
        port = free_port()
        user = f"user {pwd.getpwuid(os.stat(folder).st_uid).pw_name};" if os.getuid() == 0 else ""
        config = folder / "nginx.conf"
        config.write_text(f"""
            {user} daemon off; worker_processes {os.cpu_count()}; pid {folder}/nginx.pid; error_log {folder}/error.log;
            events {{ worker_connections 1024; }}
            http {{
                access_log off; default_type application/json; sendfile off; output_buffers 1 64k; keepalive_requests 1000000000;
                open_file_cache max=10 inactive=1h; open_file_cache_valid 1h;
                client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
                uwsgi_temp_path {folder}; scgi_temp_path {folder};
                server {{
                    listen 127.0.0.1:{port} reuseport; root {folder}/www;
                    {f"location = /home {{ {nginx_text(body)} }}" if in_memory else ""}
                }}
            }}""")
        super().__init__(name, folder, [shutil.which("nginx") or "/usr/sbin/nginx", "-c", config, "-p", folder])
        self.url = f"http://127.0.0.1:{port}/home"
        wait_for(self.url, self.process, self.log)


class SeedStack(Server):
    def __init__(self, folder, connection_url):
        port = free_port()
        # Debian's packages, whatever other Python stands before them on PATH.
        super().__init__("gunicorn", folder,
                         ["/usr/bin/python3", "/usr/bin/gunicorn", "--bind", f"127.0.0.1:{port}",
                          "--workers", str(os.cpu_count() * 2 + 1), "--threads", "4", "--worker-tmp-dir", "/dev/shm",
                          "--chdir", HERE / "seed_stack", "app:app"], CONNECTION_URL=connection_url,
                         PYTHONDONTWRITEBYTECODE="1")
        self.url = f"http://127.0.0.1:{port}/api/activities/home"
        wait_for(self.url, self.process, self.log)


class Everything(Server):
    """`cruddur up` on a folder of its own, for its PostgreSQL."""

    def __init__(self, program, folder):
        (folder / "up.log").unlink(missing_ok=True)  # of the time before, with an address of then
        super().__init__("up", folder, [program, "up", "--json", "--data-dir", folder / "data", "--port", "0",
                                        "--database-port", "0", "--cloud-port", "0"])
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            for line in self.log.read_text(errors="replace").splitlines():
                if line.startswith("{") and "connection_url" in line:
                    self.connection_url = json.loads(line)["connection_url"]
                    return
            time.sleep(0.05)
        raise SystemExit(f"bench: cruddur up did not start\n{self.log.read_text(errors='replace')[-2000:]}")
