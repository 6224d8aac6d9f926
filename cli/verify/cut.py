"""A cut through the topics of a live system.

Whatever stands downstream was written before its end was looked up, so it follows from records that stood upstream by
then: therefore the ends are looked up from the banks' topics back to the agencies'. And what a stage had committed
before any end was looked up has left its outputs before those ends: the rest of its input is in flight.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator

from confluent_kafka import Consumer, KafkaException, TopicPartition

from cli.verify.source import COMPACTION_LAG_MS, Spot
from liancheng.errors import UnavailableError
from liancheng.records import topics
from liancheng.records.topics import Topic
from liancheng.settings import Settings
from stream_apps.engine import record_of
from stream_apps.stage import Place, Record, Stage
from stream_apps.worker import STAGES
from transport.clients import consumer, readable, require_broker
from transport.coordinator import patiently
from transport.tables import high_watermarks, read_until

_SHARED = (  # from the banks back to the events
    topics.DEAD_LETTERS, topics.DISPATCH_STATE, topics.ALERTS, topics.ALERTING_STATE, topics.SANCTION_LIST,
    topics.WATCHLISTS, topics.PENALTIES,
)  # fmt: skip
_PLACE = re.compile(r"(.+)\[(\d+)\]@(\d+)")
_ONE_S = 15.0  # for reading one record again
_ONE_BYTES = 65_536  # fetched for it; a larger record comes all the same
_GROUP_S = 15.0


class Cut:
    """`advance` is told how many more records were read.

    Raises:
        UnavailableError: the broker cannot be reached, or stopped answering; also while records are read.
    """

    def __init__(self, settings: Settings, advance: Callable[[int], None] = lambda _: None) -> None:
        self._settings = settings
        self.advance = advance
        self._admin = require_broker(settings)
        try:
            self._take()
        except KafkaException as error:
            raise readable(error, "looking up how far the stages are") from error
        self._again: Consumer | None = None
        self.dead = dict(self._dead_letters())

    def _take(self) -> None:
        names = self._names()
        self._processed = {stage.name: self._committed(stage, names) for stage in (new() for new in STAGES.values())}
        self.kept_since_ms = int(time.time() * 1000) - COMPACTION_LAG_MS
        self.banks = _named(names, topics.BANK_ALERTS)
        before = [(topics.BANK_ALERTS.named(bank), topics.BANK_ALERTS) for bank in self.banks]
        self._ends = self._ends_of([*before, *((topic.name, topic) for topic in _SHARED if topic.name in names)])
        self.provinces = _named(self._names(), topics.PENALTY_EVENTS)  # a new one may have come meanwhile
        self._ends |= self._ends_of(
            (topic.named(province), topic)
            for topic in (topics.RECEIPTS, topics.PENALTY_EVENTS)
            for province in self.provinces
        )

    def _names(self) -> list[str]:
        return sorted(self._admin.list_topics(timeout=_GROUP_S).topics)

    def _ends_of(self, wanted: Iterable[tuple[str, Topic]]) -> dict[Place, int]:
        places = [(name, partition) for name, topic in wanted for partition in range(topic.partitions)]
        return high_watermarks(self._settings, places)

    def _committed(self, stage: Stage, names: Iterable[str]) -> dict[Place, int]:
        """Where the stage stands; offsets of open transactions do not count."""
        places = [
            TopicPartition(name, partition)
            for name in names
            for topic in topics.REGISTRY
            if name.startswith(topic.prefix) and any(re.fullmatch(wanted, name) for wanted in stage.inputs)
            for partition in range(topic.partitions)
        ]
        client = consumer(self._settings, f"liancheng.{stage.name}", isolation_level="read_uncommitted")
        try:
            found = patiently(lambda: client.committed(places, timeout=_GROUP_S), _GROUP_S) if places else []
        finally:
            client.close()
        return {(place.topic, place.partition): max(place.offset, 0) for place in found}

    def _dead_letters(self) -> Iterator[tuple[Spot, str]]:
        place = (topics.DEAD_LETTERS.name, 0)
        for messages in read_until(self._settings, {place: self._ends.get(place, 0)}):
            for message in messages:
                headers = dict(message.headers() or ())
                stood = _PLACE.fullmatch(_text(headers.get("place")))
                if stood:
                    yield (stood[1], int(stood[2]), int(stood[3])), _text(headers.get("cause"))

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
        if self._again is None:
            self._again = consumer(
                self._settings, "liancheng.verify", enable_partition_eof=True, fetch_message_max_bytes=_ONE_BYTES
            )
        try:
            self._again.assign([TopicPartition(topic, partition, offset)])
            message = self._again.poll(_ONE_S)
        except KafkaException as error:
            raise readable(error, f"reading {topic} again") from error
        if message is None:
            raise UnavailableError(f"reading {topic}[{partition}]@{offset} again: nothing came for {_ONE_S:.0f} s")
        return record_of(message) if message.error() is None and message.offset() == offset else None

    def processed(self, stage: str, topic: str, partition: int) -> int:
        return self._processed[stage].get((topic, partition), 0)

    def watched_first(self, key: bytes) -> bool:
        """Nobody knows."""
        return False

    def close(self) -> None:
        if self._again:
            self._again.close()


def _named(names: Iterable[str], topic: Topic) -> tuple[str, ...]:
    return tuple(name.removeprefix(topic.prefix) for name in names if name.startswith(topic.prefix))


def _text(header: str | bytes | None) -> str:
    return header.decode(errors="replace") if isinstance(header, bytes) else header or ""
