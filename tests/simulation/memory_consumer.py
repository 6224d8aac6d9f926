"""confluent-kafka's consumer over the log in memory, as far as the stages use it."""

from collections.abc import Callable, Sequence
from typing import Any

from confluent_kafka import KafkaError, TopicPartition

from liancheng.codec import Headers
from tests.simulation.groups import Group, Host, Member, Membership, Place
from tests.simulation.memory_log import MemoryLog, Stored, refused

WAIT_S = 0.1  # how often a waiting client looks again

Callback = Callable[[Any, list[TopicPartition]], None]


class MemoryMessage:
    def __init__(self, place: Place, offset: int, stored: Stored | None, error: KafkaError | None = None) -> None:
        self._place = place
        self._offset = offset
        self._stored = stored
        self._error = error

    def error(self) -> KafkaError | None:
        return self._error

    def topic(self) -> str:
        return self._place[0]

    def partition(self) -> int:
        return self._place[1]

    def offset(self) -> int:
        return self._offset

    def key(self) -> bytes | None:
        return self._stored.key if self._stored else None

    def value(self) -> bytes | None:
        return self._stored.value if self._stored else None

    def headers(self) -> Headers:
        return self._stored.headers if self._stored else []

    def timestamp(self) -> tuple[int, int]:
        return 1, self._stored.timestamp_ms if self._stored else 0


class MemoryConsumer:
    def __init__(self, log: MemoryLog, host: Host, group: str, **more: Any) -> None:
        self._log = log
        self._host = host
        self._name = group
        self._instance: str | None = more.get("group_instance_id")
        self._timeout_s = more.get("session_timeout_ms", 6000) / 1000
        self._reads_committed = more.get("isolation_level") != "read_uncommitted"
        self._tells_ends = bool(more.get("enable_partition_eof"))
        self._topics: tuple[str, ...] = ()
        self._callbacks: dict[str, Callback] = {}
        self._member: Member | None = None
        self._taken: tuple[str, int] | None = None  # member and generation of the assignment in hand
        self._positions: dict[Place, int] = {}
        self._told: dict[Place, int] = {}  # the ends that were told
        self._nothing_in = -1  # the version of the log in which there was nothing to read
        self._messages: list[MemoryMessage] = []  # errors to be returned

    @property
    def _group(self) -> Group:
        return self._log.group(self._name)

    # -- membership ------------------------------------------------------------------------------------------------

    def subscribe(self, topics: Sequence[str], **callbacks: Callback) -> None:
        self._topics = tuple(topics)
        self._callbacks = callbacks

    def consumer_group_metadata(self) -> Membership:
        if self._taken:
            return Membership(self._name, self._taken[1], self._taken[0], self._instance)
        return Membership(self._name, -1, "", self._instance)

    def _serve(self) -> None:
        """What a real client does beside: join, notice that a rebalance is under way, take what it is given."""
        group = self._group
        if self._member is None:
            self._member = group.join(self._instance, self._topics, self._host, self._timeout_s)
        elif group.fenced(self._member):
            self._drop("on_lost")
            error = KafkaError(KafkaError._FATAL, "another has this group.instance.id")
            self._messages.append(MemoryMessage(("", 0), -1, None, error))
            return
        elif self._member.id not in group.members:
            self._drop("on_lost")
            self._member = group.join(self._instance, self._topics, self._host, self._timeout_s)
        if group.rebalancing and not self._member.joined:
            self._drop("on_revoke")
            if self._member.id in group.members:  # it may have taken a while
                self._member.joined = True
                group.complete()
            self._host.fate("rejoin")
        if self._member.id in group.members and not group.rebalancing:
            self._take(group)

    def _take(self, group: Group) -> None:
        """Take the partitions of this generation, unless that is done."""
        assert self._member is not None
        mine = (self._member.id, group.generation)
        if self._taken == mine:
            return
        self._taken = mine
        places = [TopicPartition(*place) for place in self._member.assigned]
        if "on_assign" in self._callbacks:
            self._callbacks["on_assign"](self, places)
        else:
            self.assign([TopicPartition(*place, group.offsets.get(place, 0)) for place in self._member.assigned])

    def _drop(self, callback: str) -> None:
        taken, self._taken = self._taken, None
        places = [TopicPartition(*place) for place in self._positions]
        self._positions = {}
        if taken and callback in self._callbacks:
            self._callbacks[callback](self, places)

    def close(self) -> None:
        self._host.pause()
        self._drop("on_revoke")
        if self._member:
            self._group.leave(self._member)
        self._topics = ()

    # -- reading ---------------------------------------------------------------------------------------------------

    def assign(self, places: Sequence[TopicPartition]) -> None:
        self._positions = {(one.topic, one.partition): max(one.offset, 0) for one in places}
        self._told = {}
        self._nothing_in = -1

    def committed(self, places: Sequence[TopicPartition], timeout: float) -> list[TopicPartition]:
        """Offsets, once no transaction is open that would change them (KIP-447)."""
        group, until = self._group, self._log.now() + timeout
        while any(group.pending.get((one.topic, one.partition)) for one in places):
            if self._log.now() > until:
                raise refused(KafkaError._TIMED_OUT, "an offset is pending")
            self._host.pause(WAIT_S)
        self._host.pause()
        found = [(one, group.offsets.get((one.topic, one.partition), -1001)) for one in places]
        return [TopicPartition(one.topic, one.partition, offset) for one, offset in found]

    def get_watermark_offsets(self, place: TopicPartition, timeout: float = 0) -> tuple[int, int]:
        self._host.pause()
        partition = self._log.partition((place.topic, place.partition))
        return 0, partition.last_stable if self._reads_committed else partition.high_watermark

    def poll(self, timeout: float = 0) -> MemoryMessage | None:
        found = self.consume(1, timeout)
        return found[0] if found else None

    def consume(self, count: int = 1, timeout: float = 0) -> list[MemoryMessage]:
        until = self._log.now() + timeout
        while True:
            self._host.pause()
            if self._topics:
                self._serve()
            if found := self._messages or self._fetch(count):
                self._messages = []
                return found
            self._nothing_in = self._log.version if count else -1
            if self._log.now() >= until:
                return []
            self._host.pause(min(WAIT_S, until - self._log.now()))

    def _fetch(self, count: int) -> list[MemoryMessage]:
        found: list[MemoryMessage] = []
        if self._nothing_in == self._log.version:
            return found
        for place, position in list(self._positions.items()):
            if len(found) >= count:
                break
            records, self._positions[place] = self._log.partition(place).read(
                position, count - len(found), self._reads_committed
            )
            found += [MemoryMessage(place, offset, stored) for offset, stored in records]
            if self._tells_ends and len(found) < count:
                self._tell_end(place, found)
        return found

    def _tell_end(self, place: Place, found: list[MemoryMessage]) -> None:
        partition, position = self._log.partition(place), self._positions[place]
        end = partition.last_stable if self._reads_committed else partition.high_watermark
        if position >= end and self._told.get(place) != end:
            self._told[place] = end
            found.append(MemoryMessage(place, end, None, KafkaError(KafkaError._PARTITION_EOF)))
