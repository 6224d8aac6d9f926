"""A bank's receiver of webhooks as a process of its own: `python -m tests.delivery.receiver PORT FILE [PEM]`.

It writes down each post before it answers. The path says how it behaves: /ok takes everything, /fails/N refuses the
first N posts, /asks/S refuses the first one and asks for S seconds, /gone answers 410, /moved redirects to /ok, /long
answers with a body without end, /held takes all but answers only when FILE.release is there.
"""

import json
import ssl
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

seen: Counter[str] = Counter()
lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    file: Path

    def do_GET(self) -> None:
        self._answer(200)

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:  # the sender was killed in the middle of it
            self.close_connection = True
            return
        _, kind, number, *_ = [*self.path.split("/"), "0", "0"]
        with lock:
            seen[self.path] += 1
            nth = seen[self.path]
            told = {"path": self.path, "headers": dict(self.headers), "body": body.decode()}
            status, more = self._judged(kind, int(number), nth)
            with self.file.open("a") as out:
                out.write(json.dumps(told | {"status": status}) + "\n")
        if kind == "held":
            while not self.file.with_suffix(".release").exists():
                threading.Event().wait(0.02)
        if kind == "long":
            self._endless()
        else:
            self._answer(status, more)

    def _judged(self, kind: str, number: int, nth: int) -> tuple[int, dict[str, str]]:
        if kind == "fails" and nth <= number:
            return 503, {}
        if kind == "asks" and nth == 1:
            return 429, {"Retry-After": str(number)}
        return {"gone": (410, {}), "moved": (307, {"Location": "/ok"})}.get(kind, (204, {}))

    def _endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"x" * 65536)
        except OSError:
            self.close_connection = True

    def _answer(self, status: int, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (more or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the file tells it."""


if __name__ == "__main__":
    Handler.file = Path(sys.argv[2])
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    if len(sys.argv) > 3:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()
