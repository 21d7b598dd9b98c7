#!/usr/bin/python3
"""The container image without Docker: the packages that deploy/Dockerfile installs hold all that the program links, and
a root made of their files starts it as the image does."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest

import boto3
import botocore.exceptions
import yaml

from support.postgres import Server, die_with_us, free_port
from support.program import PROGRAM

TOP = pathlib.Path(__file__).resolve().parent.parent
DOCKERFILE = (TOP / "deploy" / "Dockerfile").read_text()
# What a sanitized build of the tests links besides; the image's own build does not.
SANITIZERS = {"libasan.so.8", "libubsan.so.1"}
# Not needed to start anything.
LEFT_OUT = ("/usr/share/doc/", "/usr/share/man/", "/usr/share/locale/", "/usr/share/info/")


def lines_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout.splitlines()


def packages_listed():
    """Those that the last stage installs."""
    stage = DOCKERFILE.rsplit("\nFROM ", 1)[1].replace("\\\n", " ")
    return re.search(r"apt-get install -y --no-install-recommends ([^&]*)&&", stage)[1].split()


def libraries_needed(program):
    return {line.split("[")[1].rstrip("]") for line in lines_of("readelf", "-d", program) if "(NEEDED)" in line}


def paths_of(libraries):
    """Where this system's linker finds each."""
    found = {}
    for line in lines_of("/sbin/ldconfig", "-p"):
        named = re.match(r"\s*(\S+) \(libc6,x86-64.*\) => (\S+)", line)
        if named and named[1] in libraries:
            found.setdefault(named[1], named[2])
    return found


def owners(paths):
    """The package of each file, which dpkg knows by one of the names that /lib has."""
    names = {name: path for path in paths for real in [os.path.realpath(path)]
             for name in (path, real, real.removeprefix("/usr"), "/usr" + path)}
    said = subprocess.run(["dpkg", "-S", *names], capture_output=True, text=True, timeout=60).stdout
    found = {names[line.split(": ")[1]]: line.split(":")[0] for line in said.splitlines()}
    assert set(found) == set(paths), "no package has some of " + " ".join(paths)
    return found


def with_dependencies(names):
    """The packages, all that they depend on, and what every system has."""
    depends, base, provides = {}, [], {}
    form = "${Package}\\t${Essential}\\t${Priority}\\t${Depends}, ${Pre-Depends}\\t${Provides}\\n"
    for line in lines_of("dpkg-query", "-W", "-f", form):
        name, essential, priority, needs, provided = line.split("\t")
        depends[name] = [re.split(r"[ :(]", choice.strip())[0] for one in needs.split(",") for choice in one.split("|")[:1]]
        if essential == "yes" or priority == "required":
            base.append(name)
        for virtual in provided.split(","):
            provides.setdefault(re.split(r"[ :(]", virtual.strip())[0], name)
    found, open_ones = set(), [*names, *base]
    while open_ones:
        name = open_ones.pop()
        name = name if name in depends else provides.get(name)
        if name and name not in found:
            found.add(name)
            open_ones += depends[name]
    return found


def make_root(root, packages):
    for link in ("bin", "lib", "lib64", "sbin"):
        os.symlink("usr/" + link, root / link)
        (root / "usr" / link).mkdir(parents=True, exist_ok=True)
    for name in sorted(set(lines_of("dpkg", "-L", *sorted(packages)))):
        copy = root / name.lstrip("/")
        if not name.startswith("/") or name.startswith(LEFT_OUT) or os.path.lexists(copy):
            continue
        if os.path.islink(name):
            copy.parent.mkdir(parents=True, exist_ok=True)
            os.symlink(os.readlink(name), copy)
        elif os.path.isdir(name):
            copy.mkdir(parents=True)
        elif os.path.isfile(name) and os.access(name, os.R_OK):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(name, copy)
    for folder in ("proc", "dev", "tmp", "etc", "usr/local/bin"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "etc" / "passwd").write_text("cruddur:x:10001:10001::/nonexistent:/usr/sbin/nologin\n")
    subprocess.run(["/sbin/ldconfig", "-r", root], check=True, timeout=60)
    for program in (PROGRAM, pathlib.Path(PROGRAM).with_name("post-confirmation")):
        subprocess.run(["cp", program, root / "usr/local/bin"], check=True, timeout=60)


class ImageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        top = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="cruddur-image-")))
        top.chmod(0o755)
        cls.root = top / "root"
        cls.root.mkdir()
        sanitizers = set(owners(paths_of(libraries_needed(PROGRAM) & SANITIZERS).values()).values())
        make_root(cls.root, with_dependencies({*packages_listed(), *sanitizers}))

    def within(self, *line):
        """A command in the image's root, which sees its own processes alone, and this machine's devices."""
        return ["unshare", *([] if os.getuid() == 0 else ["--map-root-user"]), "--mount", "--pid", "--fork", "--kill-child",
                f"--mount-proc={self.root}/proc", "sh", "-c", 'mount --rbind /dev "$0/dev" && exec /usr/sbin/chroot "$0" "$@"', str(self.root), *line]

    def test_every_library_that_the_program_links_is_of_a_package_that_the_image_installs(self):
        needed = libraries_needed(PROGRAM) - SANITIZERS
        paths = paths_of(needed)
        self.assertEqual(set(paths), needed)
        installed = with_dependencies(packages_listed())
        linked = owners(paths.values())
        self.assertEqual({path: package for path, package in linked.items() if package not in installed}, {})
        direct = {package for package in packages_listed() if package.startswith("lib")}
        self.assertEqual(direct - set(linked.values()), set(), "installed, and linked by nothing")

    def test_the_program_starts_in_the_images_root_and_is_healthy(self):
        said = subprocess.run(self.within("/usr/local/bin/cruddur", "--version"), capture_output=True, text=True, timeout=60,
                              env={"PATH": "/usr/local/bin:/usr/bin:/bin"})
        self.assertRegex(said.stdout, r"^cruddur \d", said.stderr)
        with Server() as server:
            port = free_port()
            server.sql("create database cruddur")
            variables = {"PATH": "/usr/local/bin:/usr/bin:/bin", "CONNECTION_URL": server.url("cruddur")}
            made = subprocess.run(self.within("cruddur", "db", "migrate"), env=variables, capture_output=True, text=True,
                                  timeout=120)
            self.assertEqual(made.returncode, 0, made.stderr)
            self.assertIn("(compiled in)", made.stdout)
            asked = subprocess.run(self.within("cruddur", "db", "connect", "--", "-Atc", "select 7"), env=variables,
                                   capture_output=True, text=True, timeout=60)
            self.assertEqual(asked.stdout.strip(), "7", asked.stderr)
            app = subprocess.Popen(self.within("cruddur", "serve", "--port", str(port)), env=variables,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=die_with_us)
            try:
                check = re.search(r"HEALTHCHECK .*\n? +CMD \[(.*)\]", DOCKERFILE)[1]
                line = [word.strip().strip('"').replace(":4567", f":{port}") for word in check.split('", ')]
                deadline = time.monotonic() + 60
                while (done := subprocess.run(self.within(*line), env=variables, capture_output=True, text=True,
                                              timeout=60)).returncode != 0:
                    self.assertIsNone(app.poll(), app.poll() is not None and app.stderr.read())
                    self.assertLess(time.monotonic(), deadline, done.stderr)
                    time.sleep(0.1)
            finally:
                app.kill()  # unshare heeds nothing else, and its child ends with it
                app.communicate(timeout=60)

    def test_local_aws_starts_in_the_images_root_and_says_that_it_has_no_server_for_a_db_instance(self):
        (self.root / "var/lib/cruddur").mkdir()
        (self.root / "var/lib/cruddur/keys").write_text("[default]\naws_access_key_id = x\naws_secret_access_key = y\n")
        variables = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
        port = free_port()
        aws = subprocess.Popen(
            self.within("cruddur", "cloud", "--port", str(port), "--data-dir", "/var/lib/cruddur/cloud", "--require-signatures",
                        "/var/lib/cruddur/keys"),
            env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=die_with_us)
        try:
            service = yaml.safe_load((TOP / "deploy" / "compose.yaml").read_text())["services"]["cloud"]
            check = [word.replace(":4566", f":{port}") for word in service["healthcheck"]["test"][1:]]
            deadline = time.monotonic() + 60
            while (done := subprocess.run(self.within(*check), env=variables, capture_output=True, text=True,
                                          timeout=60)).returncode != 0:
                self.assertIsNone(aws.poll(), aws.poll() is not None and aws.stderr.read())
                self.assertLess(time.monotonic(), deadline, done.stderr)
                time.sleep(0.1)
            rds = boto3.client("rds", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1", aws_access_key_id="x",
                               aws_secret_access_key="y")
            with self.assertRaises(botocore.exceptions.ClientError) as refused:
                rds.create_db_instance(DBInstanceIdentifier="none", DBInstanceClass="db.t3.micro", Engine="postgres",
                                       MasterUsername="root1", MasterUserPassword="milkyway2023", AllocatedStorage=20)
            self.assertIn("No PostgreSQL server is installed", str(refused.exception))
        finally:
            aws.kill()
            aws.communicate(timeout=60)


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")  # boto3 leaves its sockets to the collector
