"""Asking the coordinator of a consumer group, which may just be moving, loading or being made."""

import time
from collections.abc import Callable
from typing import TypeVar

from confluent_kafka import KafkaError, KafkaException

T = TypeVar("T")

PASSING = {
    KafkaError.NOT_COORDINATOR,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError._WAIT_COORD,
}
AGAIN_S = 0.05


def patiently(ask: Callable[[], T], timeout_s: float) -> T:
    """What `ask` returns, asked again while the coordinator is not there, for so long at most.

    Raises:
        KafkaException: another error, or the same one still.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            return ask()
        except KafkaException as error:
            if error.args[0].code() not in PASSING or time.monotonic() > deadline:
                raise
        time.sleep(AGAIN_S)
