"""Handles each alert once: alerts from a channel, numbers in a store, and reconnecting after a failure."""

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
    """How one bank's alerts arrive."""

    def since(self, last: int, follow: bool) -> Iterator[Alert]:
        """Yields the alerts after that number, without a gap; `follow`: waits for further ones until `stop`.

        Raises:
            MissingAlertError: numbers are missing.
            UnavailableError: it does not answer.
        """

    def stop(self) -> None:
        """Ends `since` soon, even while it waits. May be called from any thread."""

    def close(self) -> None: ...


class AlertHandler:
    """One reader's alerts that its store does not have yet. Each must be handled before the next is taken."""

    def __init__(self, bank: str, reader: str, open_channel: Callable[[], Channel], store: NumberStore) -> None:
        self.repeated = 0
        self._bank = bank
        self._reader = reader
        self._open_channel = open_channel
        self._store = store
        self._channel: Channel | None = None
        self._stopping = threading.Event()

    def alerts(self, follow: bool) -> Iterator[Alert]:
        """Yields the alerts one by one. With `follow`, it opens the channel again whenever that fails."""
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
        """Calls `handle` unless the alert was handled before."""
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
        """Returns the arguments that this `handle` takes."""
        kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        parameters = inspect.signature(handle).parameters.values()
        required = [item for item in parameters if item.kind in kinds and item.default is item.empty]
        return (alert, connection) if len(required) > 1 else (alert,)

    def stop(self) -> None:
        """Ends after the alert in progress. May be called from any thread."""
        self._stopping.set()
        if self._channel:
            self._channel.stop()

    def close(self) -> None:
        channel, self._channel = self._channel, None
        if channel:
            channel.close()

    def _opened(self) -> Channel:
        if self._channel is None:
            self._channel = self._open_channel()
        return self._channel
