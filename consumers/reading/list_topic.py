"""The topic of the list: its id, and where its partitions begin and end."""

from confluent_kafka import IsolationLevel, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import OffsetSpec  # type: ignore[attr-defined]

from liancheng.records import topics
from liancheng.settings import Settings
from transport.clients import require_broker

_TIMEOUT_S = 5.0
_LATE_S = 2 * _TIMEOUT_S  # librdkafka reports a timeout itself, with the cause


class ListTopic:
    """`sanction-list` on its cluster. Raises KafkaException if the broker does not answer."""

    def __init__(self, settings: Settings) -> None:
        self._admin = require_broker(settings)
        self._name = topics.SANCTION_LIST.name
        self.partitions = 0

    def id(self) -> str:
        """Returns the topic's id: a topic that was deleted and created again has another."""
        futures = self._admin.describe_topics(TopicCollection([self._name]), request_timeout=_TIMEOUT_S)
        topic = futures[self._name].result(_LATE_S)
        self.partitions = len(topic.partitions)
        return str(topic.topic_id)

    def starts(self) -> tuple[int, ...]:
        return self._offsets(OffsetSpec.earliest())  # type: ignore[no-untyped-call]

    def ends(self) -> tuple[int, ...]:
        """Returns high watermarks: records of open transactions count, because committed ones may follow them."""
        return self._offsets(OffsetSpec.latest())  # type: ignore[no-untyped-call]

    def _offsets(self, spec: OffsetSpec) -> tuple[int, ...]:
        specs = {TopicPartition(self._name, number): spec for number in range(self.partitions)}
        futures = self._admin.list_offsets(
            specs, isolation_level=IsolationLevel.READ_UNCOMMITTED, request_timeout=_TIMEOUT_S
        )
        offsets = {place.partition: future.result(_LATE_S).offset for place, future in futures.items()}
        if any(offset < 0 for offset in offsets.values()):
            raise KafkaException(f"{self._name}: the broker does not say where its partitions end")
        return tuple(offsets[number] for number in range(self.partitions))
