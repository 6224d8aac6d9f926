"""The topic as the view's filler looks at it: which topic it is, where its partitions begin and end."""

from confluent_kafka import IsolationLevel, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import OffsetSpec  # type: ignore[attr-defined]

from liancheng.records import topics
from liancheng.settings import Settings
from transport.clients import require_broker

_TIMEOUT_S = 5.0
_LATE_S = 2 * _TIMEOUT_S  # librdkafka tells a timeout itself, with the cause


class ListTopic:
    """`sanction-list` on its cluster. Raises KafkaException where the broker does not answer."""

    def __init__(self, settings: Settings) -> None:
        self._admin = require_broker(settings)
        self._name = topics.SANCTION_LIST.name
        self.partitions = 0

    def id(self) -> str:
        """The topic's id: a topic that was deleted and made anew has another."""
        asked = self._admin.describe_topics(TopicCollection([self._name]), request_timeout=_TIMEOUT_S)
        found = asked[self._name].result(_LATE_S)
        self.partitions = len(found.partitions)
        return str(found.topic_id)

    def starts(self) -> tuple[int, ...]:
        return self._offsets(OffsetSpec.earliest())  # type: ignore[no-untyped-call]

    def ends(self) -> tuple[int, ...]:
        """High watermarks: records of open transactions count, for committed ones may lie behind them."""
        return self._offsets(OffsetSpec.latest())  # type: ignore[no-untyped-call]

    def _offsets(self, spec: OffsetSpec) -> tuple[int, ...]:
        wanted = {TopicPartition(self._name, number): spec for number in range(self.partitions)}
        asked = self._admin.list_offsets(
            wanted, isolation_level=IsolationLevel.READ_UNCOMMITTED, request_timeout=_TIMEOUT_S
        )
        found = {place.partition: future.result(_LATE_S).offset for place, future in asked.items()}
        if any(offset < 0 for offset in found.values()):
            raise KafkaException(f"{self._name}: the broker does not say where its partitions end")
        return tuple(found[number] for number in range(self.partitions))
