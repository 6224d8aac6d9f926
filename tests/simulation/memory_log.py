"""Kafka in memory, as far as the stages lean on it: partitions, transactions, what readers of committed records see.

What it promises is what `log_contract.py` asks of it and of the real broker alike.
"""

from collections.abc import Callable
from typing import NamedTuple

from confluent_kafka import KafkaError, KafkaException

from liancheng.codec import Headers, murmur2_partition
from tests.simulation.groups import Group, Place


def refused(code: int, why: str, *, fatal: bool = False, abort: bool = False, again: bool = False) -> KafkaException:
    """The error as confluent-kafka raises it. `abort`: the transaction must be. `again`: the call may be made again."""
    return KafkaException(KafkaError(code, why, fatal, again, abort))


class Transaction:
    """`outcome` is decided at once; each partition and group learns of it by a marker of its own, later."""

    def __init__(self, id_: str, epoch: int, since: float, timeout_s: float) -> None:
        self.id = id_
        self.epoch = epoch
        self.expires = since + timeout_s
        self.places: dict[Place, None] = {}
        self.groups: dict[str, dict[Place, int]] = {}
        self.outcome = ""  # "commit" or "abort" once it is decided
        self.unmarked = 0

    @property
    def over(self) -> bool:
        return bool(self.outcome) and not self.unmarked


class Stored(NamedTuple):
    """What stands at one offset. `marker`: the end of a transaction, which is no record but takes an offset."""

    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int
    transaction: Transaction | None
    marker: bool = False

    @property
    def committed(self) -> bool:
        return not self.marker and (self.transaction is None or self.transaction.outcome == "commit")


class Partition:
    def __init__(self) -> None:
        self.stored: list[Stored] = []
        self.open: dict[Transaction, int] = {}  # and the first offset of each
        self.compacted: set[int] = set()  # offsets that readers find no more

    @property
    def high_watermark(self) -> int:
        return len(self.stored)

    @property
    def last_stable(self) -> int:
        return min(self.open.values()) if self.open else len(self.stored)

    def append(self, stored: Stored) -> int:
        self.stored.append(stored)
        return len(self.stored) - 1

    def read(self, start: int, count: int, committed: bool = True) -> tuple[list[tuple[int, Stored]], int]:
        """Records from an offset on, and where reading goes on: at the end, or behind the last record of `count`."""
        end = self.last_stable if committed else self.high_watermark
        found: list[tuple[int, Stored]] = []
        for offset in range(start, end):
            one = self.stored[offset]
            if one.marker or offset in self.compacted or (committed and not one.committed):
                continue
            if len(found) == count:
                return found, offset
            found.append((offset, one))
        return found, max(start, end)

    def compact(self, end: int) -> None:
        """Drop records before `end` of which a newer one of their key stands before `end` too: nothing unread goes."""
        newest: dict[bytes | None, int] = {}
        for offset, one in self.read(0, end)[0]:
            if offset >= end:
                break
            if one.key in newest:
                self.compacted.add(newest[one.key])
            newest[one.key] = offset


class MemoryLog:
    """`now` gives seconds. Markers are written by `chore`, which somebody must call while time passes."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.topics: dict[str, list[Partition]] = {}
        self.groups: dict[str, Group] = {}
        self.version = 0  # another one whenever readers may find something more
        self.chores: list[Callable[[], None]] = []
        self._epochs: dict[str, int] = {}
        self._transactions: dict[str, Transaction] = {}  # the newest of each transactional id

    def create(self, topic: str, partitions: int) -> None:
        self.topics.setdefault(topic, [Partition() for _ in range(partitions)])

    def partition(self, place: Place) -> Partition:
        return self.topics[place[0]][place[1]]

    def place_of(self, topic: str, key: bytes | None, partition: int) -> Place:
        """Where a record goes: partition -1 means that its key decides."""
        return (topic, partition if partition >= 0 else murmur2_partition(key or b"", len(self.topics[topic])))

    def group(self, name: str) -> Group:
        if name not in self.groups:
            self.groups[name] = Group(self)
        return self.groups[name]

    # -- transactions ----------------------------------------------------------------------------------------------

    def init_producer(self, id_: str) -> int:
        """A new epoch of the id; the one before may write no more, and what it left open is aborted."""
        self._epochs[id_] = self._epochs.get(id_, -1) + 1
        last = self._transactions.get(id_)
        if last and not last.outcome:
            self._decide(last, "abort")
        return self._epochs[id_]

    def settled(self, id_: str) -> bool:
        """Whether the id's last transaction is over, all its markers written: another may begin."""
        last = self._transactions.get(id_)
        return last is None or last.over

    def check_epoch(self, id_: str, epoch: int) -> None:
        if self._epochs[id_] != epoch:
            raise refused(KafkaError._FENCED, "a newer producer has this transactional id", fatal=True)

    def begin(self, id_: str, epoch: int, timeout_s: float) -> Transaction:
        self.check_epoch(id_, epoch)
        self._transactions[id_] = Transaction(id_, epoch, self.now(), timeout_s)
        return self._transactions[id_]

    def append(self, place: Place, stored: Stored) -> int:
        """Raises KafkaException: the writer's transaction is another's by now, or over."""
        partition, transaction = self.partition(place), stored.transaction
        if transaction:
            self._must_be_open(transaction)
            transaction.places[place] = None
            partition.open.setdefault(transaction, partition.high_watermark)
        self.version += 1
        return partition.append(stored)

    def add_offsets(self, transaction: Transaction, group: str, offsets: dict[Place, int]) -> None:
        self._must_be_open(transaction)
        transaction.groups.setdefault(group, {}).update(offsets)
        for place in offsets:
            self.group(group).pending.setdefault(place, {})[transaction] = None

    def end(self, transaction: Transaction, outcome: str) -> None:
        """Decide, once and for all. Asking again for the same is answered the same."""
        self.check_epoch(transaction.id, transaction.epoch)
        if not transaction.outcome:
            self._decide(transaction, outcome)
        elif transaction.outcome != outcome:
            raise refused(KafkaError.INVALID_TXN_STATE, "it was ended otherwise", fatal=True)

    def expire(self) -> None:
        """Abort what has been open for longer than its timeout, and shut its producer out; let silent members go."""
        for transaction in self._transactions.values():
            if not transaction.outcome and self.now() > transaction.expires:
                self._epochs[transaction.id] += 1
                self._decide(transaction, "abort")
        for group in self.groups.values():
            group.expire()

    def _must_be_open(self, transaction: Transaction) -> None:
        self.check_epoch(transaction.id, transaction.epoch)
        if transaction.outcome:
            raise refused(KafkaError.INVALID_TXN_STATE, "it is over", fatal=True)

    def _decide(self, transaction: Transaction, outcome: str) -> None:
        transaction.outcome = outcome
        transaction.unmarked = len(transaction.places) + len(transaction.groups)
        for place in transaction.places:
            self.chores.append(lambda place=place: self._mark(transaction, place))
        for group in transaction.groups:
            self.chores.append(lambda group=group: self._mark_group(transaction, group))

    def _mark(self, transaction: Transaction, place: Place) -> None:
        partition = self.partition(place)
        partition.append(Stored(None, None, [], 0, transaction, marker=True))
        del partition.open[transaction]
        self.version += 1
        transaction.unmarked -= 1

    def _mark_group(self, transaction: Transaction, name: str) -> None:
        group = self.group(name)
        for place, offset in transaction.groups[name].items():
            del group.pending[place][transaction]
            if transaction.outcome == "commit":
                group.offsets[place] = offset
        transaction.unmarked -= 1
