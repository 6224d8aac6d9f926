"""The transactions of a stage, one after another: offsets first, outputs as they are folded, then commit or abort.

Offsets go first because they are known first, and because of librdkafka 2.16's retries while the broker still completes
the previous transaction (CONCURRENT_TRANSACTIONS): adding a partition is retried after a fixed 20 ms, adding offsets
after `retry.backoff.ms`, 2 ms. A worker that takes the partitions over waits meanwhile: the broker does not return a
committed offset while another one is pending.
"""

import contextlib

from confluent_kafka import KafkaError, KafkaException, Producer, TopicPartition

from liancheng.errors import RestartSessionError
from liancheng.settings import Settings
from stream_apps.batch import Batch
from stream_apps.blocking_calls import CallThread, until_known
from stream_apps.stage import Output, Place
from transport.admin import partition_count
from transport.clients import producer

SWEEP_S = 15.0  # a broker looks for timed-out transactions every 10 s by default
LAST_ABORT_S = 5.0  # for a session that ends in the middle of a transaction to abort it


class Writer:
    """One transactional producer."""

    def __init__(self, settings: Settings, instance: str) -> None:
        self._timeout_s = settings.transaction_timeout_ms / 1000
        self.wait_max_s = self._timeout_s + SWEEP_S  # the broker has ended any transaction by then
        self._producer: Producer = producer(
            settings,
            transactional_id=f"liancheng.{instance}",
            transaction_timeout_ms=settings.transaction_timeout_ms,
            message_timeout_ms=settings.transaction_timeout_ms,  # librdkafka allows no more than that
        )
        self._offsets_call = CallThread(f"{instance}.offsets")
        self._in_transaction = False
        self._partitions: dict[str, int] = {}  # number of partitions of each topic written to

    def open(self) -> None:
        """Abort what an earlier producer of this id left open, and fence it."""
        self._producer.init_transactions(30)

    def close(self) -> None:
        """Abort the open transaction: readers of committed records would wait until it times out."""
        if self._in_transaction:
            with contextlib.suppress(KafkaException, RestartSessionError):
                self._offsets_call.wait(LAST_ABORT_S)
                self._producer.abort_transaction(LAST_ABORT_S)
        self._offsets_call.end()

    def begin(self, ends: dict[Place, int], membership: object) -> None:
        """Begin a transaction with these offsets, as the group member at the time of assignment (KIP-447).

        Not as the current member: one whose generation is over sends none (-1), which a broker reads as an empty group.
        """
        offsets = [TopicPartition(topic, partition, end) for (topic, partition), end in ends.items()]
        send, timeout_s = self._producer.send_offsets_to_transaction, self._timeout_s
        self._producer.begin_transaction()
        self._in_transaction = True
        self._offsets_call.start(lambda: send(offsets, membership, timeout_s))

    def write(self, batch: Batch) -> None:
        """Produce the outputs folded since the last call; refuse those that can never be written."""
        self._offsets_call.wait(self.wait_max_s)
        start, batch.written = batch.written, len(batch.outputs)
        for index, output in enumerate(batch.outputs[start:], start):
            if cause := self._impossible(output) or self._produce(output):
                batch.refuse(index, cause)
        self._producer.poll(0)

    def commit(self) -> None:
        """Commit. If this raises, the outcome is unknown."""
        self._in_transaction = False
        until_known(self._producer.commit_transaction, self.wait_max_s)

    def abort(self) -> None:
        self._in_transaction = False
        until_known(self._producer.abort_transaction, self.wait_max_s)

    def _impossible(self, output: Output) -> str:
        """Returns why the output has no topic or partition to go to, or "": librdkafka would fail the whole batch."""
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
        """Hand one record to the producer. Returns why it cannot be written, or ""."""
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
