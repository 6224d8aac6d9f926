"""/health and /metrics of a process that serves nothing else."""

import json
import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import make_wsgi_app

from liancheng.errors import WrongUseError

Health = Callable[[], tuple[bool, dict[str, object]]]  # whether it is ready, and further facts


def serve(host: str, port: int, setting: str, health: Health) -> WSGIServer:
    """Serves in a thread: /health with 200 if it is ready and 503 otherwise; everything else is /metrics.

    Raises:
        WrongUseError: the port is taken; `setting` changes it.
    """
    try:
        server = make_server(host, port, _pages(health), _Threads, _Quiet)
    except OSError as error:
        raise WrongUseError(f"port {port} cannot be used ({error.strerror}): choose another with {setting}") from error
    threading.Thread(target=server.serve_forever, name="liancheng.health", daemon=True).start()
    return server


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not logged."""


def _pages(health: Health) -> Any:
    of_metrics: Any = make_wsgi_app()

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != "/health":
            return of_metrics(environ, start_response)  # type: ignore[no-any-return]
        ready, facts = health()
        start_response("200 OK" if ready else "503 Service Unavailable", [("Content-Type", "application/json")])
        return [json.dumps({"ready": ready} | facts).encode()]

    return application
