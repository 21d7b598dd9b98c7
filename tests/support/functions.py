"""Functions for tests of Lambda: the smallest programs that speak the runtime API, zipped."""

import io
import zipfile

ROLE = "arn:aws:iam::000000000000:role/function"

# The smallest runtime: it does what the event asks.
BOOTSTRAP = """#!/usr/bin/python3 -u
import http.client, json, os, sys, time
print("cold start")
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
calls = 0
began = time.time_ns()
while True:
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = api.getresponse()
    event = json.loads(answer.read())
    calls += 1
    base = "/2018-06-01/runtime/invocation/" + answer.headers["Lambda-Runtime-Aws-Request-Id"]
    if "print" in event:
        print(event["print"])
    if "sleep" in event:
        time.sleep(event["sleep"])
    if "exit" in event:
        sys.exit(event["exit"])
    if "allocate" in event:
        kept = bytearray(event["allocate"])
    if "fail" in event:
        api.request("POST", base + "/error", json.dumps({"errorType": "Asked", "errorMessage": event["fail"]}))
    else:
        api.request("POST", base + "/response", json.dumps({
            "event": event, "calls": calls, "began": began, "user": os.getuid(), "folder": os.getcwd(),
            "environment": dict(os.environ), "left": int(answer.headers["Lambda-Runtime-Deadline-Ms"]) - time.time() * 1000,
            "arn": answer.headers["Lambda-Runtime-Invoked-Function-Arn"], "trace": answer.headers["Lambda-Runtime-Trace-Id"],
            "context": answer.headers["Lambda-Runtime-Client-Context"]}))
    api.getresponse().read()
"""


def zip_of(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, (text, mode) in files.items():
            entry = zipfile.ZipInfo(name)
            entry.create_system = 3
            entry.external_attr = mode << 16
            package.writestr(entry, text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def script(text=BOOTSTRAP):
    return zip_of({"bootstrap": (text, 0o100755)})
