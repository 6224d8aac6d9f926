"""Requests to the coordinator of a consumer group, which may be moving, loading or not created yet."""

import time
from collections.abc import Callable
from typing import TypeVar

from confluent_kafka import KafkaError, KafkaException

T = TypeVar("T")

TRANSIENT = {
    KafkaError.NOT_COORDINATOR,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError._WAIT_COORD,
}
RETRY_S = 0.05


def patiently(ask: Callable[[], T], timeout_s: float) -> T:
    """Returns what `ask` returns, repeated until the coordinator answers.

    Raises:
        KafkaException: another error, or the coordinator does not answer within the timeout.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            return ask()
        except KafkaException as error:
            if error.args[0].code() not in TRANSIENT or time.monotonic() > deadline:
                raise
        time.sleep(RETRY_S)
