"""Handling each alert once: alerts from a road, numbers in a store, and going on where something broke."""

import inspect
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Protocol

from consumers.sdk.number_store import NumberStore, RepeatedAlertError
from liancheng.errors import UnavailableError
from liancheng.records.alerts import Alert

log = logging.getLogger("liancheng.bank")

_PAUSES_S = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)

Handle = Callable[..., Any]  # (alert), or (alert, connection) to work in the transaction of the numbers


class Channel(Protocol):
    """A way on which one bank's alerts come."""

    def since(self, last: int, follow: bool) -> Iterator[Alert]:
        """The alerts behind that number, without a gap; `follow`: wait for further ones until `stop`.

        Raises:
            MissingAlertError: numbers are missing.
            UnavailableError: it does not answer.
        """

    def stop(self) -> None:
        """Let `since` end soon, also while it waits. From any thread."""

    def close(self) -> None: ...


class AlertHandler:
    """One reader's alerts that its store does not have yet. Each must be handled before the next one is asked for."""

    def __init__(self, bank: str, reader: str, open_road: Callable[[], Channel], store: NumberStore) -> None:
        self.repeated = 0
        self._bank = bank
        self._reader = reader
        self._open_road = open_road
        self._store = store
        self._road: Channel | None = None
        self._stopping = threading.Event()

    def alerts(self, follow: bool) -> Iterator[Alert]:
        """The alerts, one by one. Following, it takes the road anew for ever when that breaks."""
        pauses = iter(_PAUSES_S)
        while not self._stopping.is_set():
            try:
                for alert in self._opened().since(self._store.last(self._bank, self._reader), follow):
                    yield alert
                    pauses = iter(_PAUSES_S)
            except UnavailableError as error:
                if not follow:
                    raise
                pause = next(pauses, _PAUSES_S[-1])
                log.warning("%s: %s; trying again in %g s", self._bank, error, pause)
                self.close()
                self._stopping.wait(pause)
            else:
                return

    def handle(self, alert: Alert, handle: Handle) -> None:
        """Call `handle` unless the alert was handled before."""
        try:
            with self.transaction(alert) as connection:
                handle(*self.arguments(alert, connection, handle))
        except RepeatedAlertError as error:
            self.repeated += 1
            log.info("%s", error)

    def transaction(self, alert: Alert) -> AbstractContextManager[Any]:
        """See `NumberStore.transaction`."""
        return self._store.transaction(alert, self._reader)

    @staticmethod
    def arguments(alert: Alert, connection: Any, handle: Handle) -> tuple[Any, ...]:
        """What this `handle` takes."""
        kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        wanted = [one for one in inspect.signature(handle).parameters.values() if one.kind in kinds]
        return (alert, connection) if len([one for one in wanted if one.default is one.empty]) > 1 else (alert,)

    def stop(self) -> None:
        """End soon, with what is being handled. From any thread."""
        self._stopping.set()
        if self._road:
            self._road.stop()

    def close(self) -> None:
        road, self._road = self._road, None
        if road:
            road.close()

    def _opened(self) -> Channel:
        if self._road is None:
            self._road = self._open_road()
        return self._road
