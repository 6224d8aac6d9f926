"""Following a topic from its beginning, in a thread of its own, for as long as the process lives."""

import logging
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from liancheng.settings import Settings
from transport.clients import consumer
from transport.tables import FETCH

log = logging.getLogger("liancheng.following")

WAIT_S = 0.1  # how long it listens before it looks whether it is to stop
AFRESH_S = 0.5

Take = Callable[[Sequence[Message], Sequence[int]], None]


class Follower:
    """Hands every committed record of a topic to `take`, in the order of its partition, in one thread.

    `take` is given records (also none) and the offsets reached with them. It may see a record again after an error, so
    it must be a table's: the newest of a key counts.
    `caught_up` is set when all that lay there at the start was taken; `offsets` are the places reached.
    """

    def __init__(self, settings: Settings, topic: str, partitions: int, take: Take) -> None:
        self.topic = topic
        self.caught_up = threading.Event()
        self.offsets = [0] * partitions
        self.ends = [0] * partitions
        self._settings = settings
        self._take = take
        self._open = set(range(partitions))
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"liancheng.{topic}", daemon=True)

    @property
    def progress(self) -> float:
        """The share of what lay there at the start that was taken, 0 to 1."""
        if self.caught_up.is_set():
            return 1.0
        wanted = sum(self.ends)
        return min(sum(self.offsets) / wanted, 0.99) if wanted else 0.0

    def _run(self) -> None:
        while not self._stopping.is_set():
            client = consumer(self._settings, "liancheng.following", enable_partition_eof=True)
            try:
                self._follow(client)
            except Exception as error:  # whatever it is, nobody else would go on
                log.warning("%s: %s, starting afresh", self.topic, error)
                self._stopping.wait(AFRESH_S)
            finally:
                client.close()

    def _follow(self, client: Consumer) -> None:
        places = [TopicPartition(self.topic, number, offset) for number, offset in enumerate(self.offsets)]
        self.ends = [client.get_watermark_offsets(place, timeout=10)[1] for place in places]
        client.assign(places)
        while not self._stopping.is_set():
            first = client.poll(WAIT_S)
            if first is not None:
                self._hand([first, *client.consume(FETCH, timeout=0)])

    def _hand(self, found: Sequence[Message]) -> None:
        records = [message for message in found if _is_record(message)]
        offsets = list(self.offsets)
        for message in found:
            partition, offset = message.partition() or 0, message.offset() or 0
            offsets[partition] = max(offsets[partition], offset if message.error() else offset + 1)
        self._take(records, offsets)
        self.offsets = offsets
        self._open -= {message.partition() or 0 for message in found if message.error()}
        if not self._open:
            self.caught_up.set()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(10)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def _is_record(message: Message) -> bool:
    error = message.error()
    if error is None:
        return True
    if error.code() == KafkaError._PARTITION_EOF:
        return False
    raise ConnectionError(error.str())
