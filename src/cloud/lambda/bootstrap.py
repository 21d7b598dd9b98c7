"""Runs a Lambda function of Python: asks the runtime API for events and hands each to the handler.

Usage: bootstrap.py LAYERS, the folder in which the function's layers lie. It is started without `site`, so that packages
of this machine are not found where AWS would not have them; and it imports little, since every function's first event
waits for it.
"""

import _socket
import importlib
import importlib.machinery
import json
import logging
import os
import sys
import time

LAYERS = sys.argv[1]
TASK = os.environ["LAMBDA_TASK_ROOT"]
# What AWS's own image has beside the standard library, from this machine's packages where it has them.
PROVIDED = {"boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"}
# And what a distribution's botocore has outside of it, once that is there.
NEEDED = {"certifi", "chardet", "charset_normalizer", "idna", "requests"}
FRAME = b"\xa5\x5a\x00\x03"  # then the message's length, four bytes: one event of the log, whatever lines it has


class Fault(Exception):
    """What is wrong with the function itself, in Lambda's words."""

    def __init__(self, kind, message, trace=()):
        super().__init__(message)
        self.kind = kind
        self.trace = list(trace)


class RuntimeApi:
    """A connection to the runtime API, whose answers have a length."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.socket = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
        self.socket.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        self.socket.connect((host, int(port)))
        self.head = f"HTTP/1.1\r\nHost: {address}\r\n"
        self.left = b""

    def receive(self):
        part = self.socket.recv(1 << 16)
        if not part:
            os._exit(0)  # local AWS has ended
        return part

    def call(self, method, path, body=b"", content_type="application/json"):
        head = f"{method} /2018-06-01/runtime{path} {self.head}"
        if method == "POST":
            head += f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
        self.socket.sendall(head.encode() + b"\r\n" + body)
        while (end := self.left.find(b"\r\n\r\n")) < 0:
            self.left += self.receive()
        fields = {}
        for line in self.left[:end].decode("latin-1").split("\r\n")[1:]:
            name, _, value = line.partition(":")
            fields[name.lower()] = value.strip()
        parts = [self.left[end + 4:]]
        missing = int(fields.get("content-length", 0)) - len(parts[0])
        while missing > 0:
            parts.append(self.receive())
            missing -= len(parts[-1])
        content = b"".join(parts)
        self.left = content[len(content) + missing:] if missing < 0 else b""
        return fields, content[:len(content) + missing] if missing < 0 else content


def write_event(text):
    """One event of the log."""
    sys.stdout.flush()
    rest = text.encode("utf-8", "backslashreplace")
    rest = memoryview(FRAME + len(rest).to_bytes(4, "big") + rest)
    while rest:
        rest = rest[os.write(1, rest):]


class Identity:
    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")

    def __init__(self, given):
        self.cognito_identity_id = given.get("cognitoIdentityId")
        self.cognito_identity_pool_id = given.get("cognitoIdentityPoolId")

    def __repr__(self):
        return (f"CognitoIdentity([cognito_identity_id={self.cognito_identity_id},"
                f"cognito_identity_pool_id={self.cognito_identity_pool_id}])")


class Client:
    __slots__ = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")

    def __init__(self, given):
        for name in self.__slots__:
            setattr(self, name, given.get(name))


class ClientContext:
    __slots__ = ("custom", "env", "client")

    def __init__(self, given):
        self.custom = given.get("custom")
        self.env = given.get("env")
        self.client = Client(given.get("client") or {})


class LambdaContext:
    """What a handler is told of its event."""

    def __init__(self, fields):
        environment = os.environ
        self.aws_request_id = fields["lambda-runtime-aws-request-id"]
        self.log_group_name = environment.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = environment.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = environment.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = environment.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = fields.get("lambda-runtime-invoked-function-arn")
        self.tenant_id = None
        client = fields.get("lambda-runtime-client-context")
        self.client_context = ClientContext(json.loads(client)) if client else None
        self.identity = Identity(json.loads(fields.get("lambda-runtime-cognito-identity") or "{}"))
        self._deadline = int(fields["lambda-runtime-deadline-ms"])

    def get_remaining_time_in_millis(self):
        return max(self._deadline - int(time.time() * 1000), 0)

    def log(self, message):
        write_event(str(message))

    def __repr__(self):
        return f"LambdaContext([{','.join(f'{name}={value}' for name, value in vars(self).items() if name[0] != '_')}])"


class LogHandler(logging.Handler):
    """What functions log: an event a record."""
    request_id = ""

    def emit(self, record):
        try:
            record.aws_request_id = self.request_id
            write_event(self.format(record))
        except Exception:  # as every handler of the library does
            self.handleError(record)


class ProvidedFinder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if path is not None or not (name in PROVIDED or (name in NEEDED and "botocore" in sys.modules)):
            return None
        import site
        return importlib.machinery.PathFinder.find_spec(name, site.getsitepackages(), target)


def plain_number(value):
    """What JSON does not have, and functions answer: DynamoDB's and a database's numbers."""
    if type(value).__name__ == "Decimal":
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def error_document(kind, message, trace, request_id):
    return {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": trace}


def trace_of(error):
    """The function's own lines: ours come first, and are nobody's business."""
    import traceback
    frames = traceback.extract_tb(error.__traceback__)
    while frames and (frames[0].filename == __file__ or frames[0].filename.startswith("<frozen importlib")
                      or frames[0].filename == importlib.__file__):
        del frames[0]
    return traceback.format_list(frames)


def document_of(error, request_id):
    if isinstance(error, Fault):
        return error_document(error.kind, str(error), error.trace, request_id)
    if isinstance(error, MemoryError):
        return error_document("Runtime.OutOfMemory", f"RequestId: {request_id} Error: Runtime exited with error: "
                              "signal: killed", [], request_id)
    return error_document(type(error).__name__, str(error), trace_of(error), request_id)


def log_error(document):
    lines = [f"[ERROR] {document['errorType']}: {document['errorMessage']}", "Traceback (most recent call last):"]
    for entry in document["stackTrace"]:
        lines += entry.splitlines()
    write_event("\n".join(lines))


def find_handler(handler):
    module, dot, function = handler.rpartition(".")
    if not dot:
        raise Fault("Runtime.MalformedHandlerName",
                    f"Bad handler '{handler}': not enough values to unpack (expected 2, got 1)")
    if module.split(".")[0] in sys.builtin_module_names:
        raise Fault("Runtime.BuiltInModuleConflict", f"Cannot use built-in module {module} as a handler module")
    try:
        loaded = importlib.import_module(module.replace("/", "."))
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", f"Unable to import module '{module}': {error}") from error
    except SyntaxError as error:
        raise Fault("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module}': {error}",
                    [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']) from error
    try:
        return getattr(loaded, function)
    except AttributeError as error:
        raise Fault("Runtime.HandlerNotFound", f"Handler '{function}' missing on module '{module}'") from error


def answer_to(handler, content, context):
    try:
        event = json.loads(content)
    except ValueError as error:
        raise Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from error
    result = handler(event, context)
    try:
        return json.dumps(result, ensure_ascii=False, default=plain_number).encode("utf-8", "surrogatepass")
    except (TypeError, ValueError, RecursionError) as error:
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {error}") from error


def set_up():
    """What a function finds as it would in AWS: the search path, the log, and what `site` adds to the built-in names."""
    versions = (os.environ["AWS_EXECUTION_ENV"].removeprefix("AWS_Lambda_"), "python{}.{}".format(*sys.version_info))
    layers = [f"{LAYERS}/python/lib/{version}/site-packages" for version in dict.fromkeys(versions)]
    sys.path[:1] = [TASK, *layers, f"{LAYERS}/python"]
    sys.meta_path.append(ProvidedFinder)
    sys.argv[:] = [__file__]
    import site
    site.setquit()
    site.setcopyright()
    site.sethelper()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, errors="backslashreplace")
    log = LogHandler()
    form = logging.Formatter("[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s",
                             "%Y-%m-%dT%H:%M:%S")
    form.converter = time.gmtime
    log.setFormatter(form)
    logging.getLogger().addHandler(log)
    return log


def main():
    log = set_up()
    api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        handler = find_handler(os.environ["_HANDLER"])
    except Exception as error:
        document = document_of(error, "")
        log_error(document)
        api.call("POST", "/init/error", json.dumps(document).encode())
        sys.exit(1)
    while True:
        fields, content = api.call("GET", "/invocation/next")
        context = LambdaContext(fields)
        log.request_id = request_id = context.aws_request_id
        os.environ["_X_AMZN_TRACE_ID"] = fields.get("lambda-runtime-trace-id", "")
        try:
            body, end = answer_to(handler, content, context), "response"
        except Exception as error:
            document = document_of(error, request_id)
            log_error(document)
            body, end = json.dumps(document).encode(), "error"
        sys.stdout.flush()
        sys.stderr.flush()
        api.call("POST", f"/invocation/{request_id}/{end}", body)


if __name__ == "__main__":
    main()
