"""A cut through the topics of a live system.

Whatever is downstream was written before its end was looked up, so it follows from records that were upstream by then:
therefore the ends are looked up from the banks' topics back to the agencies'. And what a stage had committed before any
end was looked up has its outputs before those ends: the rest of its input is in flight.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator

from confluent_kafka import TopicPartition

from cli.verify.source import COMPACTION_LAG_MS, Spot
from liancheng.records import topics
from liancheng.records.topics import Topic
from liancheng.settings import Settings
from stream_apps.engine import record_of
from stream_apps.stage import Place, Record, Stage
from stream_apps.worker import STAGES
from transport.clients import consumer, reported, require_broker
from transport.coordinator import patiently
from transport.reader import Reader
from transport.tables import high_watermarks, read_until

_SHARED = (  # from the banks back to the events
    topics.DEAD_LETTERS, topics.DISPATCH_STATE, topics.ALERTS, topics.ALERTING_STATE, topics.SANCTION_LIST,
    topics.WATCHLISTS, topics.PENALTIES,
)  # fmt: skip
_PLACE = re.compile(r"(.+)\[(\d+)\]@(\d+)")
_FETCH_BYTES = 65_536  # a larger record comes nevertheless
_BROKER_S = 15.0


class Cut:
    """`advance` is called with how many more records were read.

    Raises:
        UnavailableError: the broker cannot be reached, or stopped answering; also while records are read.
    """

    def __init__(self, settings: Settings, advance: Callable[[int], None] = lambda _: None) -> None:
        self._settings = settings
        self.advance = advance
        self._admin = require_broker(settings)
        with reported("looking up how far the stages are"):
            self._take()
        self._reader: Reader | None = None
        self.dead = dict(self._dead_letters())

    def _take(self) -> None:
        names = self._names()
        self._processed = {stage.name: self._committed(stage, names) for stage in (new() for new in STAGES.values())}
        self.kept_since_ms = int(time.time() * 1000) - COMPACTION_LAG_MS
        self.banks = _named(names, topics.BANK_ALERTS)
        bank_topics = [(topics.BANK_ALERTS.named(bank), topics.BANK_ALERTS) for bank in self.banks]
        self._ends = self._ends_of([*bank_topics, *((topic.name, topic) for topic in _SHARED if topic.name in names)])
        self.provinces = _named(self._names(), topics.PENALTY_EVENTS)  # one may have been added meanwhile
        self._ends |= self._ends_of(
            (topic.named(province), topic)
            for topic in (topics.RECEIPTS, topics.PENALTY_EVENTS)
            for province in self.provinces
        )

    def _names(self) -> list[str]:
        return sorted(self._admin.list_topics(timeout=_BROKER_S).topics)

    def _ends_of(self, wanted: Iterable[tuple[str, Topic]]) -> dict[Place, int]:
        places = [(name, partition) for name, topic in wanted for partition in range(topic.partitions)]
        return high_watermarks(self._settings, places)

    def _committed(self, stage: Stage, names: Iterable[str]) -> dict[Place, int]:
        """How far the stage has committed; offsets of open transactions do not count."""
        places = [
            TopicPartition(name, partition)
            for name in names
            for topic in topics.REGISTRY
            if name.startswith(topic.prefix) and any(re.fullmatch(wanted, name) for wanted in stage.inputs)
            for partition in range(topic.partitions)
        ]
        client = consumer(self._settings, f"liancheng.{stage.name}", isolation_level="read_uncommitted")
        try:
            committed = patiently(lambda: client.committed(places, timeout=_BROKER_S), _BROKER_S) if places else []
        finally:
            client.close()
        return {(place.topic, place.partition): max(place.offset, 0) for place in committed}

    def _dead_letters(self) -> Iterator[tuple[Spot, str]]:
        place = (topics.DEAD_LETTERS.name, 0)
        for messages in read_until(self._settings, {place: self._ends.get(place, 0)}):
            for message in messages:
                headers = dict(message.headers() or ())
                if spot := _PLACE.fullmatch(_text(headers.get("place"))):
                    yield (spot[1], int(spot[2]), int(spot[3])), _text(headers.get("cause"))

    # -- what the checks read --------------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """About how many records the checks read; `penalties` is read twice."""
        return sum(end * (1 + (name == topics.PENALTIES.name)) for (name, _), end in self._ends.items())

    def records(self, topic: str, partition: int) -> Iterator[Record]:
        for messages in read_until(self._settings, {(topic, partition): self._ends.get((topic, partition), 0)}):
            self.advance(len(messages))
            yield from map(record_of, messages)

    def record(self, spot: Spot) -> Record | None:
        topic, partition, offset = spot
        if self._reader is None:
            self._reader = Reader(self._settings, "liancheng.verify", fetch_message_max_bytes=_FETCH_BYTES)
        message = self._reader.first(topic, offset, partition)
        return record_of(message) if message is not None and message.offset() == offset else None

    def processed(self, stage: str, topic: str, partition: int) -> int:
        return self._processed[stage].get((topic, partition), 0)

    def watched_first(self, key: bytes) -> bool:
        """Kafka does not say."""
        return False

    def close(self) -> None:
        if self._reader:
            self._reader.close()


def _named(names: Iterable[str], topic: Topic) -> tuple[str, ...]:
    return tuple(name.removeprefix(topic.prefix) for name in names if name.startswith(topic.prefix))


def _text(header: str | bytes | None) -> str:
    return header.decode(errors="replace") if isinstance(header, bytes) else header or ""
