"""Two provinces and two banks on a cluster of their own: sends a story, and reads what became of it."""

import sys
import threading
import traceback
from collections.abc import Iterable
from datetime import timedelta
from itertools import islice

from confluent_kafka import Consumer, IsolationLevel, KafkaError, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from liancheng import codec
from liancheng.records import topics
from liancheng.records.facts import NewDay
from liancheng.settings import Settings
from stream_apps.calendar import today
from stream_apps.engine import record_of
from stream_apps.stage import Place, Record
from tests.chaos import checker
from tests.chaos.checker import History, Sent
from tests.chaos.story import BANKS, PROVINCES, Line, Story, watch
from tests.eventually import eventually
from transport import admin, table_writer
from transport.clients import consumer, producer
from transport.tables import high_watermarks, read_until

DAYS = 12  # how many days pass during a story,
STEP = timedelta(60)  # so far apart that publications end
IN_FLIGHT = 5000
EVENTS = [topics.PENALTY_EVENTS.named(province) for province in PROVINCES]
INPUTS = {
    "standardise": EVENTS,
    "joint_list": [topics.PENALTIES.name],
    "alerting": [topics.SANCTION_LIST.name, topics.WATCHLISTS.name],
    "dispatch": [topics.ALERTS.name],
}
TABLES = {
    "standardise": [topics.RECEIPTS.named(province) for province in PROVINCES],
    "joint_list": [topics.SANCTION_LIST.name],
    "alerting": [topics.ALERTING_STATE.name],
    "dispatch": [topics.DISPATCH_STATE.name],
}


class Region:
    """Its topics are made with it. Every third company is watched by the one bank from the start, every fourth by the
    other; some more are watched, and some no more, while the story goes on."""

    def __init__(self, settings: Settings, seed: int, events: int, companies: int) -> None:
        self.settings = settings
        self.sent: list[Sent] = []
        self._admin = self._make_topics()
        self._story = iter(Story(seed, companies, today()))
        self.feed = Feed(self, events)
        self._watched_before = self._watch(
            [(company, BANKS[0]) for company in range(0, companies, 3)]
            + [(company, BANKS[1]) for company in range(0, companies, 4)]
        )

    def _make_topics(self) -> AdminClient:
        admin.ensure_shared_topics(self.settings)
        for province in PROVINCES:
            admin.add_province(self.settings, province)
        for bank in BANKS:
            admin.add_bank_topic(self.settings, bank)
        return admin.require_broker(self.settings)

    # -- what is sent ----------------------------------------------------------------------------------------------

    def next_lines(self, count: int) -> Iterable[Line]:
        return islice(self._story, count)

    def send(self, client: Producer, line: Line) -> None:
        """Send one event; `sent` has it, with its outcome, when the producer has been flushed."""

        def report(error: KafkaError | None, message: Message) -> None:
            place = (message.partition() or 0, message.offset() or 0)
            self.sent.append(Sent(*line, "unknown" if error else "ok", None if error else place))

        client.produce(topics.PENALTY_EVENTS.named(line.province), line.value, line.key, on_delivery=report)
        client.poll(0)

    def pass_day(self, number: int) -> None:
        raw = codec.encode(NewDay(day=today() + number * STEP))
        places = range(topics.PENALTIES.partitions)
        self._write(topics.PENALTIES.name, [(place, topics.NEW_DAY_KEY, raw) for place in places])

    def _watch(self, watches: Iterable[tuple[int, str]]) -> frozenset[bytes]:
        made = dict(watch(company, bank) for company, bank in watches)
        self._write_watches(made)
        return frozenset(made)

    def rewatch(self, turn: int) -> None:
        """The second bank begins to watch a company, ends the watch of the turn before, and has lost a customer."""
        self._write_watches(dict([watch(4 * turn + 1, BANKS[1]), watch(4 * turn + 4, BANKS[1], reference="L")]))
        self._write_watches({watch(4 * turn - 3, BANKS[1])[0]: None} if turn else {})

    def _write_watches(self, watches: dict[bytes, bytes] | dict[bytes, None]) -> None:
        count = topics.WATCHLISTS.partitions
        places = [(codec.murmur2_partition(key.split(b"/")[0], count), key, value) for key, value in watches.items()]
        self._write(topics.WATCHLISTS.name, places)

    def _write(self, topic: str, records: Iterable[tuple[int, bytes, bytes | None]]) -> None:
        table_writer.write(
            self.settings, (table_writer.TableRecord(topic, key, raw, [], place) for place, key, raw in records)
        )

    # -- how far it is ---------------------------------------------------------------------------------------------

    def ends(self, level: IsolationLevel = IsolationLevel.READ_UNCOMMITTED) -> dict[str, int]:
        """For each stage how much stands on its tables, whatever becomes of it: it grows while the stage works."""
        places = {
            TopicPartition(topic, number): OffsetSpec.latest()
            for tables in TABLES.values()
            for topic in tables
            for number in range(_partitions(topic))
        }
        found = self._admin.list_offsets(places, isolation_level=level)
        ends = {place.topic: 0 for place in places}
        for place, future in found.items():
            ends[place.topic] += future.result(15).offset
        return {stage: sum(ends[topic] for topic in tables) for stage, tables in TABLES.items()}

    def in_transaction(self, stage: str) -> bool:
        """Whether a transaction stands open on its tables: of a worker that is dead, if it was killed in its middle."""
        return self.ends()[stage] > self.ends(IsolationLevel.READ_COMMITTED)[stage]

    def until_worked_off(self, *stages: str, timeout_s: float = 120) -> None:
        """Wait until stages (all, in their order, unless some are named) have committed all that there is for them."""
        for stage in stages or INPUTS:
            eventually(lambda stage=stage: self._nothing_left(stage), timeout_s, 0.2, f"{stage} has worked all off")  # type: ignore[misc]

    def _nothing_left(self, stage: str) -> bool:
        places = [TopicPartition(topic, n) for topic in INPUTS[stage] for n in range(_partitions(topic))]
        client = consumer(self.settings, f"liancheng.{stage}", enable_partition_eof=True)
        try:
            return _at_the_end(client, client.committed(places, timeout=15))
        finally:
            client.close()

    def until_at_work(self, stage: str, timeout_s: float = 60) -> None:
        """Wait until a stage has written something more."""
        before = self.ends()[stage]
        eventually(lambda: self.ends()[stage] > before, timeout_s, 0.01, f"{stage} is at work")

    # -- what became of it -----------------------------------------------------------------------------------------

    def history(self) -> History:
        """All that was sent, and all that readers of committed records see."""
        ends = self._all_ends()
        records: dict[str, list[Record]] = {topic: [] for topic, _ in ends}
        for messages in read_until(self.settings, ends):
            for message in messages:
                record = record_of(message)
                records[record.topic].append(record)
        for of_topic in records.values():
            of_topic.sort(key=lambda record: record[1:3])
        return History(self.sent, records, self._watched_before)

    def _all_ends(self) -> dict[Place, int]:
        names = [name for name in self._admin.list_topics(timeout=10).topics if not name.startswith("_")]
        return high_watermarks(self.settings, [(name, n) for name in names for n in range(_partitions(name))])

    def must_be_exactly_once(self) -> History:
        """Read everything and let the checker look at it."""
        history = self.history()
        anomalies = checker.check(history)
        shown = "\n".join(f"{name}: {text}" for name, text in anomalies[:20])
        assert not anomalies, f"{len(anomalies)} anomalies, the first:\n{shown}"
        return history


class Feed(threading.Thread):
    """Sends the story, as much of it as is allowed; days pass and watches change on the way.

    `events`: how many it sends at least, before it is done.
    """

    def __init__(self, region: Region, events: int) -> None:
        super().__init__(daemon=True)
        self.events = events
        self._region = region
        self._allowed = 0
        self._last = False
        self._changed = threading.Condition()
        self._error: BaseException | None = None

    def allow(self, events: int) -> None:
        """Let it have sent so many. Raises what has stopped it, if anything has."""
        if self._error:
            raise self._error
        with self._changed:
            self._allowed = max(self._allowed, events)
            self._changed.notify()

    def finish(self, timeout_s: float = 120) -> None:
        """Let it send the rest, and wait until all is delivered."""
        self._last = True
        self.allow(self.events)
        self.join(timeout_s)
        self.allow(self.events)
        assert not self.is_alive(), f"the agencies are stuck:\n{self._where()}"

    def _where(self) -> str:
        return "".join(traceback.format_stack(sys._current_frames()[self.ident or 0]))

    def run(self) -> None:
        try:
            self._send_all()
        except BaseException as error:
            self._error = error

    def _send_all(self) -> None:
        client, turns = producer(self._region.settings), 0
        while count := self._wait_for_more(len(self._region.sent)):
            for line in self._region.next_lines(count):
                self._region.send(client, line)
            assert client.flush(60) == 0
            while turns * self.events < len(self._region.sent) * DAYS:
                turns += 1
                self._region.pass_day(turns)
                self._region.rewatch(turns - 1)

    def _wait_for_more(self, sent: int) -> int:
        """How many to send next; 0: it is done."""
        with self._changed:
            self._changed.wait_for(lambda: self._allowed > sent or self._last)
            return min(self._allowed - sent, self.events // (2 * DAYS))


def _partitions(topic: str) -> int:
    return next(
        one.partitions
        for one in topics.REGISTRY
        if one.name == topic or ("<" in one.name and topic.startswith(one.prefix))
    )


def _at_the_end(client: Consumer, places: list[TopicPartition]) -> bool:
    """Whether no committed record stands behind these offsets."""
    for place in places:
        place.offset = max(place.offset, 0)
    client.assign(places)
    open_places = {(place.topic, place.partition) for place in places}
    while open_places:
        message = client.poll(10)
        if message is None or message.error() is None:
            return False
        if message.error().code() == KafkaError._PARTITION_EOF:
            open_places.discard((message.topic() or "", message.partition() or 0))
    return True
