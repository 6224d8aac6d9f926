"""The whole data flow without Kafka: what a run in which nothing goes wrong leaves on the topics."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime

from liancheng import codec
from liancheng.codec import Headers
from liancheng.records import topics
from liancheng.records.facts import NewDay
from stream_apps.alerting import Alerting
from stream_apps.dispatch import Dispatch
from stream_apps.joint_list import JointList
from stream_apps.stage import Output, Place, Record, Stage, Unit
from stream_apps.standardise import Standardise
from tests.chaos.checker import History, Sent
from tests.chaos.story import Line

NOW = datetime(2026, 9, 1, 2, tzinfo=UTC)
COUNTS = {topic.prefix: topic.partitions for topic in topics.REGISTRY}


class Flow:
    """Topics as lists, and the stages that read them: each record is worked off, all the way, as it is written.

    `now`: when the next records are written and folded.
    """

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now
        self.headers: dict[tuple[str, int, int], Headers] = {}  # of each record, by its place
        self.topics: dict[str, dict[int, list[Record]]] = defaultdict(lambda: defaultdict(list))
        self._stages: tuple[Stage, ...] = (Standardise(), JointList(), Alerting(), Dispatch())
        self._units: dict[tuple[str, object], Unit] = {}
        self._sent: list[Sent] = []

    def send(self, lines: Iterable[Line]) -> None:
        for province, key, value in lines:
            record = self.write(topics.PENALTY_EVENTS.named(province), key, value)
            self._sent.append(Sent(province, key, value, "ok", (record.partition, record.offset)))

    def day(self, day: date) -> None:
        for partition in range(topics.PENALTIES.partitions):
            self.write(topics.PENALTIES.name, topics.NEW_DAY_KEY, codec.encode(NewDay(day=day)), partition)

    def watch(self, key: bytes, value: bytes | None) -> None:
        partition = codec.murmur2_partition(key.split(b"/")[0], topics.WATCHLISTS.partitions)
        self.write(topics.WATCHLISTS.name, key, value, partition)

    def write(
        self, topic: str, key: bytes, value: bytes | None, partition: int = -1, headers: Headers | None = None
    ) -> Record:
        if partition < 0:
            partition = codec.murmur2_partition(key, COUNTS[_prefix(topic)])
        log = self.topics[topic][partition]
        log.append(Record(topic, partition, len(log), int(self.now.timestamp() * 1000), key, value))
        self.headers[log[-1][:3]] = headers or []
        self._work_off(log[-1])
        return log[-1]

    def _work_off(self, record: Record) -> None:
        prefix = _prefix(record.topic)
        for stage in self._stages:
            if any(wanted.replace("[.]", ".") in {prefix, f"^{prefix}.*"} for wanted in stage.inputs):
                out: list[Output] = []
                unit = self._unit(stage, (record.topic, record.partition))
                unit.fold(record, self.now, out)
                unit.commit()
                for output in out:
                    self.write(output.topic, output.key, output.value, output.partition, output.headers)

    def _unit(self, stage: Stage, place: Place) -> Unit:
        id_ = (stage.name, stage.unit_of(place))
        if id_ not in self._units:
            self._units[id_] = stage.open([place])
        return self._units[id_]

    def history(self, watched_before: Iterable[bytes] = ()) -> History:
        records = {
            topic: [record for _, log in sorted(partitions.items()) for record in log]
            for topic, partitions in self.topics.items()
        }
        return History(list(self._sent), records, frozenset(watched_before))


def _prefix(topic: str) -> str:
    """Its prefix where it is one province's or bank's, its name otherwise."""
    return topic if topic in COUNTS else topic[: topic.index(".") + 1]
