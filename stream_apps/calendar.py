"""calendar: writes each new day of Asia/Shanghai as a record on every partition of `penalties`.

Time is an event: no fold reads a clock. A day written twice, or by two workers, changes nothing. When days are missing
(everything was down), joint_list passes through each of them when the next one arrives.
"""

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime

from confluent_kafka import Producer

from liancheng import codec
from liancheng.days import day_of
from liancheng.records import topics
from liancheng.records.facts import NewDay

log = logging.getLogger("liancheng.calendar")

SOURCE = b"/calendar"


def today() -> date:
    return day_of(datetime.now(UTC))


class Calendar:
    """Writes each new day. `clock` returns the current day; tests pass their own."""

    def __init__(self, producer: Producer, clock: Callable[[], date] = today) -> None:
        self._producer = producer
        self._clock = clock
        self.written: date | None = None

    def tick(self) -> bool:
        """Returns whether a day was written. Blocks until the broker has it; if it fails, the next tick retries."""
        day = self._clock()
        if day == self.written:
            return False
        failed: list[object] = []
        raw, headers = codec.encode(NewDay(day=day)), codec.headers("new_day", SOURCE, day.isoformat())
        for partition in range(topics.PENALTIES.partitions):
            self._producer.produce(
                topics.PENALTIES.name,
                raw,
                topics.NEW_DAY_KEY,
                partition,
                headers=headers,  # type: ignore[arg-type]
                on_delivery=lambda error, _: failed.append(error) if error else None,
            )
        if self._producer.flush(10) or failed:
            log.warning("the day %s is not on every partition yet (%s), trying again", day, failed[:1])
            return False
        self.written = day
        log.info("the day %s is on every partition", day)
        return True
