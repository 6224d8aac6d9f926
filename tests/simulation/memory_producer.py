"""confluent-kafka's producer over the log in memory, as far as the stages use it.

What is produced stands in a queue until a poll, a flush or a commit sends it, so that others may come between.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

from confluent_kafka import KafkaError, KafkaException

from liancheng.codec import Headers
from tests.simulation.groups import Host, Membership, Place
from tests.simulation.memory_consumer import WAIT_S, MemoryMessage
from tests.simulation.memory_log import MemoryLog, Stored, Transaction, refused

OnDelivery = Callable[[KafkaError | None, MemoryMessage], None]


class _Queued(NamedTuple):
    place: Place
    key: bytes | None
    value: bytes | None
    headers: Headers
    on_delivery: OnDelivery | None


class MemoryProducer:
    def __init__(self, log: MemoryLog, host: Host, transactional_id: str | None = None, **more: Any) -> None:
        self._log = log
        self._host = host
        self._id = transactional_id
        self._timeout_s = more.get("transaction_timeout_ms", 60_000) / 1000
        self._epoch = -1
        self._transaction: Transaction | None = None
        self._in_transaction = False
        self._asked = False  # the broker was told to commit
        self._queue: list[_Queued] = []
        self._failed: KafkaException | None = None  # why it can write no more

    # -- records ---------------------------------------------------------------------------------------------------

    def list_topics(self, topic: str, timeout: float = 0) -> Any:
        known = self._log.topics.get(topic)
        error = None if known else KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART)
        found = SimpleNamespace(error=error, partitions=dict.fromkeys(range(len(known or ()))))
        return SimpleNamespace(topics={topic: found})

    def produce(  # noqa: PLR0917 (as confluent-kafka's)
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        partition: int = -1,
        on_delivery: OnDelivery | None = None,
        headers: Headers | None = None,
    ) -> None:
        place = self._log.place_of(topic, key, partition)
        self._queue.append(_Queued(place, key, value, headers or [], on_delivery))

    def poll(self, timeout: float = 0) -> int:
        """Send some of what is queued."""
        self._host.pause()
        if not self._host.fate("send"):
            self._send(len(self._queue) // 2)
        return 0

    def flush(self, timeout: float = 0) -> int:
        self._host.pause()
        self._send(len(self._queue))
        return len(self._queue)

    def _send(self, count: int) -> None:
        for _ in range(count):
            one = self._queue.pop(0)
            fate = self._host.fate("produce") if one.on_delivery else ""
            lost = KafkaError(KafkaError._MSG_TIMED_OUT)
            offset = -1
            if fate != "lost":
                offset = self._append(one)
            if one.on_delivery:
                message = MemoryMessage(one.place, offset, Stored(one.key, one.value, one.headers, 0, None))
                one.on_delivery(lost if fate else None, message)

    def _append(self, one: _Queued) -> int:
        if self._failed:
            return -1
        try:
            transaction = self._open() if self._id else None
            return self._log.append(
                one.place, Stored(one.key, one.value, one.headers, self._host.clock_ms(), transaction)
            )
        except KafkaException as error:
            self._failed = error
            return -1

    # -- transactions ----------------------------------------------------------------------------------------------

    def init_transactions(self, timeout: float = 0) -> None:
        self._host.pause()
        self._epoch = self._log.init_producer(self._id or "")
        self._settle()

    def begin_transaction(self) -> None:
        self._must_work()
        self._in_transaction = True
        self._transaction = None
        self._asked = False

    def _open(self) -> Transaction:
        """The broker's transaction begins with the first record or offset; the one before must be over by then."""
        if not self._in_transaction:
            raise refused(KafkaError._STATE, "no transaction was begun")
        if self._transaction is None:
            self._settle()
            self._transaction = self._log.begin(self._id or "", self._epoch, self._timeout_s)
        return self._transaction

    def _settle(self) -> None:
        while not self._log.settled(self._id or ""):
            self._host.pause(WAIT_S)

    def send_offsets_to_transaction(self, offsets: list[Any], claim: Membership, timeout: float = 0) -> None:
        self._host.pause()
        self._must_work()
        try:
            transaction = self._open()
        except KafkaException as error:
            self._failed = error
            raise
        self._log.group(claim.group).check(claim)
        self._log.add_offsets(transaction, claim.group, {(one.topic, one.partition): one.offset for one in offsets})
        self._host.pause()

    def commit_transaction(self, timeout: float = 0) -> None:
        """Raises KafkaException as librdkafka would: to be called again, to be aborted, or for good."""
        fate = self._host.fate("commit_again" if self._asked else "commit")
        self._host.pause()
        self._send(len(self._queue))
        if fate == "aborted":
            raise refused(KafkaError._TIMED_OUT, "made up: to be aborted", abort=True)
        if fate == "timed_out_before":
            raise refused(KafkaError._TIMED_OUT, "made up: not asked", again=True)
        self._asked = True
        self._end("commit")
        if fate == "timed_out_after":
            raise refused(KafkaError._TIMED_OUT, "made up: no answer", again=True)
        if fate == "unknown_outcome":
            raise refused(KafkaError._TIMED_OUT, "made up: nobody knows")
        self._host.fate("committed")
        self._in_transaction = False

    def abort_transaction(self, timeout: float = 0) -> None:
        self._queue.clear()
        self._host.pause()
        self._end("abort")
        self._in_transaction = False

    def _end(self, outcome: str) -> None:
        self._must_work()
        if self._transaction:
            try:
                self._log.end(self._transaction, outcome)
            except KafkaException as error:
                self._failed = error
                raise
            self._host.pause()

    def _must_work(self) -> None:
        if self._failed:
            raise self._failed
