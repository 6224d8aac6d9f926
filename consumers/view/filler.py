"""The process that fills the screening view: session after session, with /metrics and /health."""

import logging
import signal
import threading
from collections.abc import Callable
from typing import Self

from confluent_kafka import KafkaException
from redis.exceptions import RedisError

from consumers.view import metrics
from consumers.view.session import FillingSession
from liancheng.errors import LianchengError, RestartSessionError
from liancheng.settings import Settings
from transport import health_server, redis_clients

log = logging.getLogger("liancheng.view")

RESTART_S = 0.5  # pause before a new session


class Filler:
    """Keeps the view filled. In a `with`, a thread does it. Several fillers do not disturb each other."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.stopping = threading.Event()
        self._session: FillingSession | None = None
        self._last_end = ""
        self.age_s: Callable[[], float | None] = lambda: None
        self._thread = threading.Thread(target=self.run, name="liancheng.view", daemon=True)

    def run(self) -> None:
        """Works until `stopping` is set."""
        while not self.stopping.is_set():
            metrics.SESSIONS.inc()
            try:
                self._one_session()
            except (KafkaException, RestartSessionError, LianchengError, TimeoutError) as error:
                self._ended(str(error))
            except RedisError as error:
                self._ended(str(redis_clients.readable(error, self.settings)))
            except Exception:
                log.exception("session failed, starting again")
            self.stopping.wait(RESTART_S)

    def _ended(self, why: str) -> None:
        """Logs the reason once, not twice a second while Redis or the broker is away."""
        if why != self._last_end:
            log.warning("session ended (%s), starting again", why)
        self._last_end = why

    def _one_session(self) -> None:
        session = FillingSession(self.settings)
        try:
            self._session, self.age_s = session, lambda: session.age_s
            self._last_end = ""
            session.run(self.stopping)
        finally:
            self._session = None
            session.close()

    def health(self) -> tuple[bool, dict[str, object]]:
        """Returns whether it reaches Kafka and Redis, and what it does: connecting, rebuilding, following."""
        session = self._session
        return session is not None, {"state": session.state if session else "connecting", "age_s": self.age_s()}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._thread.join(15)


def run(settings: Settings) -> None:
    """Fills the view in this process until a signal comes.

    Raises:
        WrongUseError: the port of /metrics and /health is taken.
    """
    filler = Filler(settings)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: filler.stopping.set())
    metrics.AGE.set_function(lambda: -1 if (age := filler.age_s()) is None else age)
    server = health_server.serve(settings.web_host, settings.view_port, "LIANCHENG_VIEW_PORT", filler.health)
    with filler:
        filler.stopping.wait()
    server.shutdown()
