"""Kafka calls that may block: repeated until their outcome is known, or abandoned if they never return."""

import queue
import threading
import time
from collections.abc import Callable

from confluent_kafka import KafkaException

from liancheng.errors import RestartSessionError


def until_known(call: Callable[[float], None], timeout_s: float) -> None:
    """Commit or abort until the outcome is known. A call that timed out may be repeated: it continues where it was."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            call(5.0)
        except KafkaException as error:
            if not error.args[0].retriable() or time.monotonic() > deadline:
                raise
        else:
            return


class CallThread:
    """A thread for a call that may never return. At most one call runs at a time, while its caller goes on.

    librdkafka 2.16's send_offsets_to_transaction ignores its timeout and can wait minutes for a restarted coordinator
    (its issues 5456 and 5511). An abandoned call is fenced by the next session's producer.
    """

    def __init__(self, name: str) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._outcomes: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
        self._running = False
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def start(self, call: Callable[[], None]) -> None:
        """Start a call. `wait` must have returned for the previous one."""
        self._running = True
        self._calls.put(call)

    def wait(self, timeout_s: float) -> None:
        """Wait for the running call, if any, and raise what it raised.

        Raises:
            RestartSessionError: it did not return in time and is abandoned.
        """
        if not self._running:
            return
        try:
            error = self._outcomes.get(timeout=timeout_s)
        except queue.Empty:
            raise RestartSessionError(f"sending the offsets took more than {timeout_s:.0f} s") from None
        self._running = False
        if error is not None:
            raise error

    def end(self) -> None:
        """End the thread after the running call."""
        self._calls.put(None)

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            try:
                call()
            except BaseException as error:
                self._outcomes.put(error)
            else:
                self._outcomes.put(None)
