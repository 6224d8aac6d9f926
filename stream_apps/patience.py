"""Kafka calls that may take long: made until their outcome is known, or left behind when they never return."""

import queue
import threading
import time
from collections.abc import Callable

from confluent_kafka import KafkaException

from stream_apps.batch import RestartSessionError


def until_known(step: Callable[[float], None], timeout_s: float) -> None:
    """Commit or abort until the outcome is known: a timed-out call may be made again, it goes on where it was."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            step(5.0)
        except KafkaException as error:
            if not error.args[0].retriable() or time.monotonic() > deadline:
                raise
        else:
            return


class Helper:
    """A thread for a step that may never return: one is under way at most, beside what the caller does meanwhile.

    librdkafka 2.16's send_offsets_to_transaction ignores its timeout and can wait for minutes for a coordinator that
    was restarted (its issues 5456 and 5511). What is left behind is fenced by the next session's producer.
    """

    def __init__(self, name: str) -> None:
        self._steps: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._outcomes: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
        self._under_way = False
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def start(self, step: Callable[[], None]) -> None:
        """Start a step. The one before must have been waited for."""
        self._under_way = True
        self._steps.put(step)

    def wait(self, timeout_s: float) -> None:
        """Wait for the step that is under way, if one is, and raise what it raised.

        Raises:
            RestartSessionError: it did not return in time, and is left behind.
        """
        if not self._under_way:
            return
        try:
            error = self._outcomes.get(timeout=timeout_s)
        except queue.Empty:
            raise RestartSessionError(f"no answer about the offsets within {timeout_s:.0f} s") from None
        self._under_way = False
        if error is not None:
            raise error

    def end(self) -> None:
        """The thread ends after the step that is under way."""
        self._steps.put(None)

    def _run(self) -> None:
        while (step := self._steps.get()) is not None:
            try:
                step()
            except BaseException as error:
                self._outcomes.put(error)
            else:
                self._outcomes.put(None)
