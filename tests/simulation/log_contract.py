"""What the stages lean on, asked alike of the log in memory and of the real broker: whoever keeps this may stand in.

Run by `test_memory_log.py` and `test_broker_log.py`, which give the fixture `log`.
"""

import itertools
import os
from collections.abc import Callable
from typing import Any, Protocol

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from liancheng.codec import murmur2_partition
from stream_apps.engine import FENCED
from tests.eventually import eventually

Pair = tuple[bytes, bytes]
_serial = itertools.count(1)


class Log(Protocol):
    """Clients are used as confluent-kafka's."""

    def create(self, topic: str, partitions: int) -> None: ...

    def producer(self, **more: Any) -> Any: ...

    def consumer(self, group: str, **more: Any) -> Any: ...


def new(what: str) -> str:
    """A name that nobody has used."""
    return f"{what}-{os.getpid()}-{next(_serial)}"


class Reader:
    """A member of a group that notes what it is assigned."""

    def __init__(self, log: Log, group: str, *topics: str, instance: str | None = None) -> None:
        more = {"group_instance_id": instance} if instance else {}
        self.client = log.consumer(group, session_timeout_ms=6000, partition_assignment_strategy="range", **more)
        self.assigned: list[tuple[str, int]] | None = None
        self.revoked = 0
        self.claim: object = None
        self.client.subscribe(list(topics), on_assign=self._assign, on_revoke=self._revoke, on_lost=self._revoke)

    def _assign(self, client: Any, places: list[TopicPartition]) -> None:
        self.assigned = sorted((place.topic, place.partition) for place in places)
        self.claim = client.consumer_group_metadata()
        client.assign(places)

    def _revoke(self, *_: object) -> None:
        self.assigned = None
        self.revoked += 1


def share(*readers: Reader, until: Callable[[], bool] = lambda: True) -> None:
    """Let the readers work until each has its part."""

    def shared() -> bool:
        for reader in readers:
            reader.client.poll(0.05)
        return all(reader.assigned is not None for reader in readers) and until()

    eventually(shared, timeout_s=30, every_s=0, what="the group is stable")


class LogContract:
    @pytest.fixture(autouse=True)
    def _start(self, log: Log) -> None:
        self.log = log
        self.topic, self.group = new("contract"), new("group")
        log.create(self.topic, 4)

    # -- helpers -----------------------------------------------------------------------------------------------------

    def transactional(self, id_: str = "") -> Any:
        client = self.log.producer(transactional_id=id_ or new("writer"), transaction_timeout_ms=30_000)
        client.init_transactions(30)
        return client

    def write(self, client: Any, *values: str, partition: int = 0) -> None:
        for value in values:
            client.produce(self.topic, value.encode(), b"k", partition)
        assert client.flush(30) == 0

    def watermark(self, isolation: str, partition: int = 0) -> int:
        client = self.log.consumer(new("ends"), isolation_level=isolation)
        try:
            return int(client.get_watermark_offsets(TopicPartition(self.topic, partition), timeout=15)[1])
        finally:
            client.close()

    def read(self, partition: int = 0) -> tuple[list[str], int]:
        """What a reader of committed records sees, and the offset at which it is told that it is at the end."""
        client = self.log.consumer(new("reader"), enable_partition_eof=True)
        seen: list[str] = []
        try:
            client.assign([TopicPartition(self.topic, partition, 0)])
            while not (message := client.poll(10)).error():
                seen.append(message.value().decode())
            assert message.error().code() == KafkaError._PARTITION_EOF
            return seen, message.offset()
        finally:
            client.close()

    def until_read(self, *values: str) -> None:
        """Markers are written a moment after the commit has returned."""
        eventually(lambda: self.read()[0] == list(values), timeout_s=15, what=f"{values} are seen")

    def offset(self, timeout_s: float = 5.0) -> int | None:
        """The committed offset of partition 0; None: it is not given out while another one is pending."""
        client = self.log.consumer(self.group)
        try:
            (place,) = client.committed([TopicPartition(self.topic, 0)], timeout=timeout_s)
        except KafkaException:
            return None
        finally:
            client.close()
        return None if place.error else max(place.offset, 0)

    def send_offset(self, client: Any, offset: int, claim: object) -> None:
        client.send_offsets_to_transaction([TopicPartition(self.topic, 0, offset)], claim, 10)

    def refusal(self, client: Any, claim: object) -> int:
        """The code with which a commit of offsets is refused."""
        client.begin_transaction()
        with pytest.raises(KafkaException) as caught:
            self.send_offset(client, 1, claim)
        client.abort_transaction(10)
        return int(caught.value.args[0].code())

    def reader(self, instance: str | None = None, *more: str) -> Reader:
        return Reader(self.log, self.group, self.topic, *more, instance=instance)

    # -- records and transactions --------------------------------------------------------------------------------------

    def test_records_of_an_aborted_transaction_are_never_seen(self) -> None:
        client = self.transactional()
        client.begin_transaction()
        self.write(client, "aborted")
        client.abort_transaction(10)
        client.begin_transaction()
        self.write(client, "committed")
        client.commit_transaction(10)
        self.until_read("committed")

    @pytest.mark.parametrize("outcome", ["commit", "abort"])
    def test_a_reader_stops_at_an_open_transaction_and_goes_on_when_it_ends(self, outcome: str) -> None:
        before, client, plain = self.transactional(), self.transactional(), self.log.producer()
        before.begin_transaction()
        self.write(before, "before")
        before.commit_transaction(10)
        self.until_read("before")
        client.begin_transaction()
        self.write(client, "open")
        self.write(plain, "behind")
        assert self.read() == (["before"], 2)
        getattr(client, f"{outcome}_transaction")(10)
        self.until_read(*(["before", "open", "behind"] if outcome == "commit" else ["before", "behind"]))

    def test_the_high_watermark_counts_what_is_open_and_the_last_stable_offset_does_not(self) -> None:
        client = self.transactional()
        self.write(self.log.producer(), "plain")
        client.begin_transaction()
        self.write(client, "open", "open too")
        assert (self.watermark("read_committed"), self.watermark("read_uncommitted")) == (1, 3)
        client.commit_transaction(10)
        eventually(lambda: self.watermark("read_committed") == 4, timeout_s=15)

    def test_the_end_of_a_transaction_takes_an_offset(self) -> None:
        client = self.transactional()
        client.begin_transaction()
        self.write(client, "one")
        client.commit_transaction(10)
        eventually(lambda: self.read() == (["one"], 2), timeout_s=15)

    def test_a_partition_keeps_its_order(self) -> None:
        client, values = self.transactional(), [str(number) for number in range(50)]
        client.begin_transaction()
        self.write(client, *values[:25])
        client.commit_transaction(10)
        client.begin_transaction()
        self.write(client, *values[25:])
        client.commit_transaction(10)
        self.until_read(*values)

    def test_keys_lie_where_murmur2_puts_them(self) -> None:
        client, found = self.log.producer(), {}
        keys = [f"91310000MA1{number:06d}".encode() for number in range(40)] + [b"", b"k", "虚构".encode()]
        for key in keys:
            client.produce(
                self.topic, b"", key, on_delivery=lambda error, m, key=key: found.update({key: (error, m.partition())})
            )
        assert client.flush(30) == 0
        assert found == {key: (None, murmur2_partition(key, 4)) for key in keys}

    def test_the_newer_writer_of_an_id_ends_the_older_ones_transaction_and_shuts_it_out(self) -> None:
        id_ = new("writer")
        older = self.transactional(id_)
        older.begin_transaction()
        self.write(older, "of the older")
        newer = self.transactional(id_)
        with pytest.raises(KafkaException) as caught:
            older.commit_transaction(10)
        assert caught.value.args[0].fatal() or caught.value.args[0].code() in FENCED
        newer.begin_transaction()
        self.write(newer, "of the newer")
        newer.commit_transaction(10)
        self.until_read("of the newer")

    # -- offsets -------------------------------------------------------------------------------------------------------

    def test_outputs_and_offsets_are_committed_together(self) -> None:
        client, reader = self.transactional(), self.reader()
        share(reader)
        client.begin_transaction()
        self.send_offset(client, 7, reader.claim)
        self.write(client, "output")
        assert self.read()[0] == []
        assert self.offset(1.0) is None  # pending: nobody may start from the one before
        client.commit_transaction(10)
        assert self.offset() == 7
        self.until_read("output")

    def test_offsets_of_an_aborted_transaction_are_not_committed(self) -> None:
        client, reader = self.transactional(), self.reader()
        share(reader)
        for offset, end in ((3, client.commit_transaction), (7, client.abort_transaction)):
            client.begin_transaction()
            self.send_offset(client, offset, reader.claim)
            end(10)
        assert self.offset() == 3

    def test_a_member_of_an_old_generation_commits_nothing(self) -> None:
        client, first = self.transactional(), self.reader()
        share(first)
        old = first.claim
        share(first, self.reader(), until=lambda: first.claim is not old)
        assert self.refusal(client, old) == KafkaError.ILLEGAL_GENERATION
        assert self.offset() == 0

    def test_who_has_left_commits_nothing(self) -> None:
        client, first, second = self.transactional(), self.reader(), self.reader()
        share(first, second)
        old = first.claim
        first.client.close()
        share(second, until=lambda: len(second.assigned or ()) == 4)
        assert self.refusal(client, old) == KafkaError.UNKNOWN_MEMBER_ID

    def test_an_instance_that_comes_again_keeps_its_partitions_and_shuts_its_former_self_out(self) -> None:
        client, other = self.transactional(), self.reader("other")
        first = self.reader("twice")
        share(first, other, until=lambda: len(first.assigned or ()) == len(other.assigned or ()) == 2)
        before, revoked = first.assigned, other.revoked
        again = self.reader("twice")
        share(again, other)
        assert (again.assigned, other.revoked) == (before, revoked)
        assert self.refusal(client, first.claim) == KafkaError.FENCED_INSTANCE_ID
        error = eventually(lambda: (message := first.client.poll(0.1)) and message.error(), timeout_s=15)
        assert error.code() == KafkaError._FATAL

    def test_who_claims_to_be_no_member_at_all_is_not_refused(self) -> None:
        """So a stage commits as the member that it was: what it claims once it has lost its place may be nothing."""
        client, nobody = self.transactional(), self.log.consumer(self.group)
        share(self.reader())
        client.begin_transaction()
        self.send_offset(client, 1, nobody.consumer_group_metadata())
        client.commit_transaction(10)
        assert self.offset() == 1

    def test_a_static_instance_without_a_generation_is_refused_unless_the_group_is_empty(self) -> None:
        client, nobody = self.transactional(), self.log.consumer(self.group, group_instance_id="nobody")
        claim = nobody.consumer_group_metadata()
        client.begin_transaction()
        self.send_offset(client, 1, claim)
        client.commit_transaction(10)
        assert self.offset() == 1
        share(self.reader("somebody"))
        assert self.refusal(client, claim) == KafkaError.UNKNOWN_MEMBER_ID

    def test_joined_topics_are_shared_alike(self) -> None:
        other = new("joined")
        self.log.create(other, 4)
        readers = [self.reader("a", other), self.reader("b", other)]
        share(*readers, until=lambda: all(len(reader.assigned or ()) == 4 for reader in readers))
        for reader in readers:
            of = {topic: [n for name, n in reader.assigned or () if name == topic] for topic in (self.topic, other)}
            assert of[self.topic] == of[other]
