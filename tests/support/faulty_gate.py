"""A gate between a client and local AWS that passes calls on and keeps the answers of some to itself."""

import http.server
import threading
import urllib.parse
import urllib.request

PASS_SECONDS = 60


class FaultyGate:
    """What each named action's first call is answered with: a status of a server that failed, or None for no answer.

    The call itself goes through: local AWS carries it out. `met` are the actions that were answered so.
    """

    def __init__(self, url):
        self.faults = {}
        self.met = []
        self.calls = []
        gate = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.pass_on(None)

            def do_POST(self):
                self.pass_on(self.rfile.read(int(self.headers["Content-Length"])))

            def pass_on(self, body):
                action = urllib.parse.parse_qs((body or b"").decode()).get("Action", [None])[0]
                status, answer = gate.ask(url + self.path, body, dict(self.headers.items()))
                gate.calls.append(action)
                if action in gate.faults:
                    gate.met.append(action)
                    fault = gate.faults.pop(action)
                    if fault is None:
                        self.close_connection = True
                        return
                    status, answer = fault, b"<html>the server has failed</html>"
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    @staticmethod
    def ask(url, body, fields):
        asked = urllib.request.Request(url, data=body, headers=fields)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(asked, timeout=PASS_SECONDS) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read()

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
