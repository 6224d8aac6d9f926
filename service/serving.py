"""The process of the HTTP service: uvicorn on uvloop, one event loop."""

import gc
import logging
import socket
import sys

import uvicorn

from liancheng.errors import WrongUseError
from liancheng.settings import Settings
from service.app import create_app
from service.web.alert_streams import AlertStreams
from service.web.parts import part
from transport import logs

_SHUTDOWN_S = 10  # for open streams
_SWITCH_S = 0.0005  # how long a thread that reads Kafka may hold up the event loop; Python's default is ten times that


def run(settings: Settings) -> None:
    """Serves until a signal comes.

    Raises:
        WrongUseError: the port is taken, or a file of TLS is missing.
    """
    _set_logs(settings)
    app = create_app(settings)
    sys.setswitchinterval(_SWITCH_S)
    gc.freeze()  # what is loaded by now stays
    gc.set_threshold(50_000, 50, 50)  # a request makes a hundred objects and no cycles
    config = uvicorn.Config(
        app,
        settings.api_host,
        settings.api_port,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=_SHUTDOWN_S,
        ssl_certfile=settings.api_tls_certificate,
        ssl_keyfile=settings.api_tls_key,
    )
    try:
        _Server(config, part(app, AlertStreams)).run()
    except SystemExit as error:
        if not error.code:
            raise
        raise WrongUseError(
            f"the HTTP service could not listen on {settings.api_host}:{settings.api_port}: "
            "choose another port with LIANCHENG_API_PORT"
        ) from error


class _Server(uvicorn.Server):
    """Ends the streams of alerts before it waits for open requests."""

    def __init__(self, config: uvicorn.Config, streams: AlertStreams) -> None:
        super().__init__(config)
        self._streams = streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._streams.stopping.set()
        await super().shutdown(sockets)


def _set_logs(settings: Settings) -> None:
    """Sends the access log, which is JSON already, to stdout, and everything else to stderr."""
    logs.configure(settings)
    access = logging.getLogger("liancheng.api.access")
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(message)s"))
    access.addHandler(handler)
    access.propagate = False
