"""A stage's transactions, one after another: the offsets first, the outputs as they are folded, then commit or abort.

The offsets go first because they are known first, and because librdkafka 2.16 waits 20 ms, always, before it asks again
to add a partition to a transaction whose predecessor the broker is still completing (CONCURRENT_TRANSACTIONS); adding
the offsets is asked again after `retry.backoff.ms`, 2 ms. They hold back whoever takes the partitions over meanwhile: a
committed offset with another one pending is not given out.
"""

import contextlib

from confluent_kafka import KafkaError, KafkaException, Producer, TopicPartition

from liancheng.settings import Settings
from stream_apps.batch import Batch, RestartSessionError
from stream_apps.patience import Helper, until_known
from stream_apps.stage import Output, Place
from transport.admin import partition_count
from transport.clients import producer

SWEEP_S = 15.0  # a broker looks every 10 s (its default) for transactions that have timed out
LAST_ABORT_S = 5.0  # what a session that ends in the middle of a transaction has to take it back


class Writer:
    """One transactional producer."""

    def __init__(self, settings: Settings, instance: str) -> None:
        self._timeout_s = settings.transaction_timeout_ms / 1000
        self.patience_s = self._timeout_s + SWEEP_S  # the broker has ended any transaction by then
        self._producer: Producer = producer(
            settings,
            transactional_id=f"liancheng.{instance}",
            transaction_timeout_ms=settings.transaction_timeout_ms,
            message_timeout_ms=settings.transaction_timeout_ms,  # librdkafka wants it no longer than that
        )
        self._helper = Helper(f"{instance}.offsets")
        self._in_transaction = False
        self._partitions: dict[str, int] = {}  # of the topics that were written to

    def open(self) -> None:
        """End what an earlier producer of that id left open, and shut that one out."""
        self._producer.init_transactions(30)

    def close(self) -> None:
        """Take back what is open: readers of committed records would wait for it until it times out."""
        if self._in_transaction:
            with contextlib.suppress(KafkaException, RestartSessionError):
                self._helper.wait(LAST_ABORT_S)
                self._producer.abort_transaction(LAST_ABORT_S)
        self._helper.end()

    def begin(self, ends: dict[Place, int], membership: object) -> None:
        """Begin a transaction with these offsets, as the member that we were when we got the partitions (KIP-447).

        Not as the one of now: one whose generation is over claims none (-1), which a broker takes for an empty group.
        """
        offsets = [TopicPartition(topic, partition, end) for (topic, partition), end in ends.items()]
        send, timeout_s = self._producer.send_offsets_to_transaction, self._timeout_s
        self._producer.begin_transaction()
        self._in_transaction = True
        self._helper.start(lambda: send(offsets, membership, timeout_s))

    def write(self, batch: Batch) -> None:
        """Produce what was folded since the last time; what can never be written is refused."""
        self._helper.wait(self.patience_s)
        start, batch.written = batch.written, len(batch.outputs)
        for index, output in enumerate(batch.outputs[start:], start):
            if cause := self._impossible(output) or self._produce(output):
                batch.refuse(index, cause)
        self._producer.poll(0)

    def commit(self) -> None:
        """Commit; where that raises, nobody knows the outcome."""
        self._in_transaction = False
        until_known(self._producer.commit_transaction, self.patience_s)

    def abort(self) -> None:
        self._in_transaction = False
        until_known(self._producer.abort_transaction, self.patience_s)

    def _impossible(self, output: Output) -> str:
        """Why it goes to no topic or partition: librdkafka would hold it back and fail the whole batch."""
        count = self._partitions.get(output.topic)
        if count is None:
            count = partition_count(self._producer, output.topic)
            if not count:
                return f"there is no topic {output.topic}"
            self._partitions[output.topic] = count
        if output.partition >= count:
            return f"no partition {output.partition} of {output.topic}: it has {count}"
        return ""

    def _produce(self, output: Output) -> str:
        """Give one record to the producer, or say why that cannot be."""
        while True:
            try:
                self._producer.produce(output.topic, output.value, output.key, output.partition, headers=output.headers)  # type: ignore[arg-type]
            except BufferError:
                self._producer.poll(0.05)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.MSG_SIZE_TOO_LARGE:
                    raise
                return f"its record for {output.topic} is too large ({len(output.value or b'')} bytes)"
            else:
                return ""
