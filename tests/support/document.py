"""Reads the commands of a document, and has a shell run them: what tests of the documents share.

A fenced block is one of
  sh          a script, run as it stands; each of its commands succeeds
  console     lines that begin with "$ " are typed, and what follows each is what is printed; "# exit 3" behind a command says
              what it ends with. A command goes on in the next line where bash has not seen its end. Lines that begin with
              psql's prompt are typed into the psql above them
  NAME PATH   a file of that path, as somebody pastes it
and one that begins with "# in AWS" is for elsewhere."""

import dataclasses
import re
import subprocess

ELSEWHERE = ("# in AWS",)
PROMPT = re.compile(r"^\w+=# ?")
# What differs from run to run, the same for what was printed and for what the document says.
VARIABLE = (
    (r"\x1b\[[0-9;]*m", ""),
    (r"\b127\.\d+\.\d+\.\d+\b", "127.0.0.1"),
    (r"(?<=127\.0\.0\.1:)\d+", "PORT"),
    (r"(?<=port )\d+", "PORT"),
    (r"\b(sg|sgr|vpc|subnet|eni|db|arn)-[0-9a-zA-Z]{8,}\b", r"\1-ID"),
    (r"\bus-east-1_\w{9}\b", "POOL"),
    (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "UUID"),
    (r"\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)?", "TIME"),
    (r"\b\d+\.\d\d ms\b", "TIME"),
    (r"^\S*bash: line \d+: ", "bash: "),
    (r"\b1[4-9]\.\d+\b", "VERSION"),
    (r"[ \t]+$", ""),
)
# The AWS CLI that never asks the real AWS, whatever a document says.
GUARD = """#!/bin/bash
if [[ " $* " != *" --endpoint-url http://127.0.0.1:"* ]]; then
    echo "this would go to AWS itself: aws $*" | tee -a "$ASTRAY" >&2
    exit 97
fi
exec {} "$@"
"""


def guard(folder, aws):
    """Makes a folder for PATH whose `aws` is that one, but for what would leave the machine."""
    folder.mkdir()
    (folder / "aws").write_text(GUARD.format(aws))
    (folder / "aws").chmod(0o755)


@dataclasses.dataclass
class Step:
    """A command and what is to be printed, or a file and what is in it."""
    line: int
    command: str = ""
    code: int = 0
    printed: list = dataclasses.field(default_factory=list)
    typed: list = dataclasses.field(default_factory=list)  # into psql
    path: str = ""
    content: str = ""


class Block:
    def __init__(self, document, line, kind, path, text):
        self.document, self.line, self.kind, self.path, self.text = document, line, kind, path, text
        self.elsewhere = text.startswith(ELSEWHERE)

    def commands(self):
        """Pairs of what is run and the code it is to end with."""
        if self.kind == "sh":
            return [(self.text, 0)]
        return [(step.command, step.code) for step in self.steps() if step.command]

    def steps(self):
        if self.path:
            return [Step(self.line, path=self.path, content=self.text)]
        steps, lines = [], list(enumerate(self.text.splitlines(), self.line + 1))
        while lines:
            number, line = lines.pop(0)
            if line.startswith("$ "):
                typed = line[2:]
                while not is_whole(typed):
                    typed += "\n" + lines.pop(0)[1]
                code = re.search(r"# exit (\d+)$", typed)
                steps.append(Step(number, typed, int(code[1]) if code else 0))
            elif PROMPT.match(line):
                steps[-1].typed.append(PROMPT.sub("", line))
            else:
                steps[-1].printed.append(line)
        return steps


def is_whole(command):
    """Whether bash would run it, and not wait for another line."""
    if command.endswith("\\"):
        return False
    word = re.search(r"<<'?(\w+)'?", command)
    if word and f"\n{word[1]}" not in command:
        return False
    return subprocess.run(["/bin/bash", "-n", "-c", command], capture_output=True, timeout=60).returncode == 0


def blocks_of(path, name=""):
    text = path.read_text(encoding="utf-8")
    return [Block(name, text[:found.start()].count("\n") + 1, found[1], found[2] or "", found[3])
            for found in re.finditer(r"^```(\w*)(?: (\S+))?\n(.*?)^```$", text, re.M | re.S)]


def script_of(steps):
    """A script that does the steps in one shell and marks what each of them prints, and ends with."""
    lines = ["top=$PWD"]
    for number, step in enumerate(steps):
        if step.path:
            lines += [f"mkdir -p \"$(dirname \"$top/{step.path}\")\"", f"cat >\"$top/{step.path}\" <<'@@@'", step.content + "@@@"]
            continue
        command = step.command
        if step.typed:
            command += " <<'@@@'\n" + "\n".join(step.typed) + "\n@@@"
        lines += [f"echo; echo '@@ {number}'", command, "code=$?; echo; echo \"@@ ends $code\""]
    return "\n".join([*lines, "echo '@@ the end'", ""])


def printed_by(said):
    """Of what such a script printed: for each step's number its lines and its code."""
    out = {}
    for number, lines, code in re.findall(r"^@@ (\d+)\n(.*?)\n@@ ends (\d+)$", said, re.M | re.S):
        out[int(number)] = ([line for line in lines.splitlines() if line.strip()], int(code))
    return out


def settled(line):
    for pattern, settled_as in VARIABLE:
        line = re.sub(pattern, settled_as, line)
    return line


def agree(wanted, printed):
    """Whether what was printed is what the document says: "…" is any part of a line, and alone in its line any lines."""
    pattern = ""
    for line in filter(str.strip, wanted):
        if line.strip() == "…":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += "[^\n]*".join(map(re.escape, settled(line).split("…"))) + "\n"
    return re.fullmatch(pattern, "".join(settled(line) + "\n" for line in printed)) is not None
