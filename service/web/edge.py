"""Around every request: its id, the limit of its body, the access log, the metrics. Plain ASGI, which is fast.

The log names the route and the bank, never the company, a query, a body or a key.
"""

import logging
import re
import secrets
import time
from functools import cache
from typing import Any

import orjson
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.web.problems import Problem

access = logging.getLogger("liancheng.api.access")

REQUESTS = Counter("liancheng_api_requests", "Requests answered, by route and status.", ("route", "status"))
SECONDS = Histogram(
    "liancheng_api_seconds", "From a request's head to the end of its answer. High: Redis slow, or too few processes.",
    ("route",), buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)  # fmt: skip

# read row by row: lines are limited, not the body; the page of books has a limit of its own, to explain it on the page
STREAMED = frozenset({("POST", "/v1/screenings/stream"), ("PUT", "/v1/watches"), ("POST", "/books")})
_QUIET = frozenset({"/health", "/metrics"})
_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_SAFE = [(b"x-content-type-options", b"nosniff"), (b"cache-control", b"private, no-cache")]


class Edge:
    """The outermost layer of the app. `body_max`: bytes."""

    def __init__(self, app: ASGIApp, body_max: int) -> None:
        self._app = app
        self._body_max = body_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _QUIET:
            await self._app(scope, receive, send)
            return
        await _Exchange(scope, receive, send, self._body_max).run(self._app)


class _Exchange:
    def __init__(self, scope: Scope, receive: Receive, send: Send, body_max: int) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._left = None if (scope["method"], scope["path"]) in STREAMED else body_max
        self._body_max = body_max
        self._status, self._bytes = 500, 0
        headers = dict(scope["headers"])
        given = headers.get(b"request-id", b"")
        self._id = given if _ID.fullmatch(given) else secrets.token_hex(8).encode()
        self._length = headers.get(b"content-length", b"0")

    async def run(self, app: ASGIApp) -> None:
        started = time.perf_counter()
        try:
            if self._left is not None and self._length.isdigit() and int(self._length) > self._left:
                await self._too_large().response()(self._scope, self._receive, self.send)
            else:
                await app(self._scope, self.receive, self.send)
        finally:
            self._note(time.perf_counter() - started)

    async def receive(self) -> Message:
        message = await self._receive()
        if self._left is not None and message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise self._too_large()
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = [*message["headers"]]
            names = {name for name, _ in headers}
            safe = (header for header in _SAFE if header[0] not in names)
            message["headers"] = [*headers, *safe, (b"request-id", self._id)]
        else:
            self._bytes += len(message.get("body", b""))
        await self._send(message)

    def _too_large(self) -> Problem:
        detail = f"at most {self._body_max:,} bytes are accepted"
        return Problem("too-large", detail, {"Connection": "close"}, limit=self._body_max)

    def _note(self, seconds: float) -> None:
        route = getattr(self._scope.get("route"), "path", "-")
        count, duration = _metrics(route, self._status)
        count.inc()
        duration.observe(seconds)
        if access.isEnabledFor(logging.INFO):
            access.info("%s", orjson.dumps(self._line(route, seconds)).decode())

    def _line(self, route: str, seconds: float) -> dict[str, Any]:
        caller = self._scope.get("liancheng.caller")
        client = self._scope.get("client")
        return {
            "at": time.time(),
            "id": self._id.decode(),
            "method": self._scope["method"],
            "route": route,
            "status": self._status,
            "ms": round(seconds * 1000, 2),
            "bytes": self._bytes,
            "bank": caller.bank if caller else None,
            "key": caller.key_id if caller else None,
            "from": client[0] if client else None,
        }


@cache
def _metrics(route: str, status: int) -> tuple[Counter, Histogram]:
    """Cached: finding a metric by its labels takes longer than counting."""
    return REQUESTS.labels(route, str(status)), SECONDS.labels(route)
