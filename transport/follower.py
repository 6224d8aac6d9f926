"""Follows a topic from its beginning, in a thread of its own, as long as the process runs."""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Self

from confluent_kafka import Message

from liancheng.settings import Settings
from transport.reader import Chunk, Reader

log = logging.getLogger("liancheng.following")

WAIT_S = 0.1  # how long it waits for a record before it checks whether to stop
RESTART_S = 0.5

Take = Callable[[Sequence[Message], Sequence[int]], None]


class Follower:
    """Hands every committed record of a topic to `take`, in the order of its partition, in one thread.

    `take` gets records (possibly none) and the offsets reached with them. It may get a record twice after an error, so
    the topic must be a table, where the newest record of a key counts.
    `caught_up` is set once all records that existed at the start are taken. `offsets`: reached so far, by partition.
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
        """The share of the records at the start that is taken, 0 to 1."""
        if self.caught_up.is_set():
            return 1.0
        total = sum(self.ends)
        return min(sum(self.offsets) / total, 0.99) if total else 0.0

    def _run(self) -> None:
        while not self._stopping.is_set():
            reader = Reader(self._settings, "liancheng.following")
            try:
                self._follow(reader)
            except Exception as error:  # of any kind: no other thread continues the work
                log.warning("%s: %s, starting again", self.topic, error)
                self._stopping.wait(RESTART_S)
            finally:
                reader.close()

    def _follow(self, reader: Reader) -> None:
        self.ends = [reader.end(self.topic, number) for number in range(len(self.offsets))]
        reader.start({(self.topic, number): offset for number, offset in enumerate(self.offsets)})
        while not self._stopping.is_set():
            chunk = reader.read(WAIT_S)
            if chunk.records or chunk.ends:
                self._hand_over(chunk)

    def _hand_over(self, chunk: Chunk) -> None:
        offsets = list(self.offsets)
        for message in (*chunk.records, *chunk.ends):
            partition, offset = message.partition() or 0, message.offset() or 0
            offsets[partition] = max(offsets[partition], offset if message.error() else offset + 1)
        self._take(chunk.records, offsets)
        self.offsets = offsets
        self._open -= {message.partition() or 0 for message in chunk.ends}
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

    def __exit__(self, *_: object) -> None:
        self.stop()
