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


def bounded(step: Callable[[], None], timeout_s: float) -> None:
    """Do a step that may never return, and leave it behind when it has not in time.

    librdkafka 2.16's send_offsets_to_transaction ignores its timeout and can wait for minutes for a coordinator that
    was restarted (its issues 5456 and 5511). What is left behind is fenced by the next session's producer.

    Raises:
        RestartSessionError: it did not return in time.
    """
    outcome: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()

    def run() -> None:
        try:
            step()
        except BaseException as error:
            outcome.put(error)
        else:
            outcome.put(None)

    threading.Thread(target=run, daemon=True).start()
    try:
        error = outcome.get(timeout=timeout_s)
    except queue.Empty:
        raise RestartSessionError(f"no answer about the offsets within {timeout_s:.0f} s") from None
    if error is not None:
        raise error
