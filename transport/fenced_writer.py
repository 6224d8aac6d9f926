"""Writes as the one writer of an id: Kafka fences off the writer before it, whatever host that runs on."""

from collections.abc import Callable, Iterable
from itertools import islice

from confluent_kafka import KafkaError, KafkaException, Message

from liancheng.errors import LianchengError
from liancheng.settings import Settings
from transport.clients import producer, readable, reported
from transport.table_writer import TableRecord

_TRANSACTION_RECORDS = 5_000  # readers of the topic wait for the end of a transaction
_TIMEOUT_S = 30.0
_FENCED = frozenset(
    {
        KafkaError._FENCED,
        KafkaError.PRODUCER_FENCED,
        KafkaError.INVALID_PRODUCER_EPOCH,
    }
)

Ends = dict[tuple[str, int], int]  # by topic and partition: the offset after the last record written


class FencedError(LianchengError):
    """Another writer of the same id has begun; `written` records of this one are committed."""

    def __init__(self, id_: str, written: int) -> None:
        super().__init__(f"{id_}: another writer has taken over, {written} records of this one are written")
        self.written = written


class FencedWriter:
    """The one writer of an id, until the next one begins. What it has not committed then is lost.

    Raises:
        UnavailableError: the broker does not answer.
    """

    def __init__(self, settings: Settings, id_: str) -> None:
        self.id, limit_ms = id_, settings.transaction_timeout_ms
        self._client = producer(
            settings, transactional_id=id_, transaction_timeout_ms=limit_ms, message_timeout_ms=limit_ms
        )
        with reported(f"beginning to write as {id_}"):
            self._client.init_transactions(_TIMEOUT_S)

    def write(self, records: Iterable[TableRecord], written: Callable[[int], None] = lambda _: None) -> Ends:
        """Writes the records in transactions of 5,000; calls `written` with how many more are committed.

        Raises:
            FencedError: another writer has begun.
            UnavailableError: the broker refuses.
        """
        rest, ends, done = iter(records), Ends(), 0
        while chunk := list(islice(rest, _TRANSACTION_RECORDS)):
            try:
                self._commit(chunk, ends)
            except KafkaException as error:
                if error.args[0].code() in _FENCED:
                    raise FencedError(self.id, done) from error
                raise readable(error, f"writing as {self.id}") from error
            done += len(chunk)
            written(len(chunk))
        return ends

    def _commit(self, chunk: list[TableRecord], ends: Ends) -> None:
        def report(error: KafkaError | None, message: Message) -> None:
            if error is None:
                place = message.topic() or "", message.partition() or 0
                ends[place] = max(ends.get(place, 0), (message.offset() or 0) + 1)

        self._client.begin_transaction()
        try:
            for topic, key, value, headers, partition in chunk:
                self._client.produce(topic, value, key, partition, on_delivery=report, headers=[*headers])
            self._client.commit_transaction(_TIMEOUT_S)
        except KafkaException as error:
            if error.args[0].txn_requires_abort():
                self._client.abort_transaction(_TIMEOUT_S)
            raise
