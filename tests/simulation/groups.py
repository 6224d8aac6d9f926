"""Consumer groups in memory: members, generations, static instances, the range assignor, committed offsets."""

import itertools
import re
from typing import Any, NamedTuple, Protocol

from confluent_kafka import KafkaError, KafkaException

Place = tuple[str, int]  # topic, partition


class Host(Protocol):
    """The process that a client lives in."""

    @property
    def silent_since(self) -> float | None:
        """Since when no heartbeat comes from it; None while it is well."""

    def pause(self, seconds: float = 0.0) -> None:
        """Let others do something, and so much time pass."""

    def clock_ms(self) -> int: ...

    def fate(self, point: str) -> str:
        """What is to go wrong at this point; empty: nothing."""


class Membership(NamedTuple):
    """What `consumer_group_metadata` gives: as which member of which generation offsets are committed."""

    group: str
    generation: int
    member: str
    instance: str | None


class Member:
    def __init__(self, id_: str, instance: str | None, topics: tuple[str, ...], host: Host, timeout_s: float) -> None:
        self.id = id_
        self.instance = instance
        self.topics = topics
        self.host = host
        self.timeout_s = timeout_s
        self.joined = True  # in the rebalance that is under way
        self.assigned: list[Place] = []
        self.closed_at: float | None = None

    def silent_since(self) -> float | None:
        return self.host.silent_since if self.closed_at is None else self.closed_at


class Group:
    """`rebalancing`: every member must give its partitions back and join again, then the next generation begins."""

    def __init__(self, log: Any) -> None:
        self._log = log
        self._numbers = itertools.count(1)
        self.generation = 0
        self.rebalancing = False
        self.members: dict[str, Member] = {}
        self.offsets: dict[Place, int] = {}
        self.pending: dict[Place, dict[Any, None]] = {}  # of transactions that are not over

    def join(self, instance: str | None, topics: tuple[str, ...], host: Host, timeout_s: float) -> Member:
        """A static instance that comes again takes the place of its former self, without a rebalance."""
        member = Member(f"member-{next(self._numbers)}", instance, topics, host, timeout_s)
        former = self._instance(instance)
        if former:
            del self.members[former.id]
            member.assigned = former.assigned
        self.members[member.id] = member
        if not former or self.rebalancing:
            self.rebalance(member)
        return member

    def rebalance(self, joined: Member | None = None) -> None:
        if not self.rebalancing:
            for member in self.members.values():
                member.joined = False
        self.rebalancing = True
        if joined:
            joined.joined = True
        self.complete()

    def complete(self) -> None:
        """Once all have joined: the next generation, with the partitions shared out."""
        if not self.rebalancing or not all(member.joined for member in self.members.values()):
            return
        self.rebalancing = False
        self.generation += 1
        self._assign()

    def leave(self, member: Member) -> None:
        """A static member that closes keeps its place until its session times out."""
        if member.instance:
            member.closed_at = self._log.now()
        elif member.id in self.members:
            self._remove(member)

    def expire(self) -> None:
        for member in list(self.members.values()):
            since = member.silent_since()
            if since is not None and self._log.now() - since > member.timeout_s:
                self._remove(member)

    def check(self, claim: Membership) -> None:
        """Whether offsets may be committed so. Kafka's `ClassicGroup.validateOffsetCommit`, for transactions."""
        if claim.generation < 0 and (not self.members or not (claim.member or claim.instance)):
            return
        member = self.members.get(claim.member)
        former = self._instance(claim.instance)
        if former and former is not member:
            raise _no(KafkaError.FENCED_INSTANCE_ID)
        if not member:
            raise _no(KafkaError.UNKNOWN_MEMBER_ID)
        if claim.generation != self.generation:
            raise _no(KafkaError.ILLEGAL_GENERATION)

    def _instance(self, instance: str | None) -> Member | None:
        return next((one for one in self.members.values() if instance and one.instance == instance), None)

    def fenced(self, member: Member) -> bool:
        """Whether another has taken its instance's place."""
        return member.id not in self.members and self._instance(member.instance) is not None

    def _remove(self, member: Member) -> None:
        del self.members[member.id]
        if self.members:
            self.rebalance()
        else:
            self.rebalancing = False
            self.generation += 1

    def _assign(self) -> None:
        members = sorted(self.members.values(), key=lambda one: one.instance or one.id)
        for member in members:
            member.assigned = []
        for topic, partitions in self._log.topics.items():
            wanting = [member for member in members if any(_fits(topic, wanted) for wanted in member.topics)]
            share, rest = divmod(len(partitions), max(len(wanting), 1))
            numbers = iter(range(len(partitions)))
            for index, member in enumerate(wanting):
                member.assigned += [(topic, next(numbers)) for _ in range(share + (index < rest))]


def _fits(topic: str, wanted: str) -> bool:
    return re.match(wanted, topic) is not None if wanted.startswith("^") else topic == wanted


def _no(code: int) -> KafkaException:
    return KafkaException(KafkaError(code, None, False, False, True))
