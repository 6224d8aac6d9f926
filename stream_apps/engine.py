"""The exactly-once batch: consume, fold, write outputs and offsets in one Kafka transaction.

Promises, whatever dies on the way:
- each input record's outputs are committed exactly once, together with its offset;
- a unit's state is what its committed inputs say: it is restored when a partition comes, changed when a batch commits;
- a worker that lost its partitions without knowing (frozen, cut off) cannot write: its group generation is refused.
Where the outcome of a commit is unknown the session ends and everything is restored; memory is never trusted then.
"""

import logging
import threading
import time
from collections.abc import Callable, Hashable, Iterable
from datetime import UTC, datetime

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

from liancheng import topics
from liancheng.settings import Settings
from stream_apps import metrics
from stream_apps.stage import Output, Place, Record, Stage, Unit
from transport.clients import consumer, producer
from transport.tables import high_watermarks, read_until

log = logging.getLogger("liancheng.engine")

POLL_S = 0.1  # how long an idle stage waits before it looks whether it should stop
RETRIES_MAX = 5  # aborted batches in a row before the session starts afresh
AFRESH_S = 0.5  # pause before a new session: a broker that is starting takes 3 s
FENCED = {
    KafkaError.UNKNOWN_MEMBER_ID,
    KafkaError.ILLEGAL_GENERATION,
    KafkaError.FENCED_INSTANCE_ID,
    KafkaError.REBALANCE_IN_PROGRESS,
    KafkaError._FENCED,
    KafkaError.INVALID_PRODUCER_EPOCH,
    KafkaError.PRODUCER_FENCED,
}


class Batch:
    """Records of one transaction, on their way to the agent that folds them and back."""

    def __init__(self, work: list[tuple[Unit, Record]], stage: str) -> None:
        self.work = work
        self.stage = stage
        self.outputs: list[Output] = []
        self.error: BaseException | None = None
        self._folded = threading.Event()

    def fold(self) -> None:
        """Fold every record; called by the stage's agent. A record that cannot be digested becomes a dead letter."""
        try:
            self._fold_all()
        except BaseException as error:
            self.error = error
        finally:
            self._folded.set()

    def _fold_all(self) -> None:
        now, out = datetime.now(UTC), self.outputs
        for unit, record in self.work:
            before = len(out)
            try:
                unit.fold(record, now, out)
            except Exception as error:
                log.exception("%s: dead letter %s[%d]@%d", self.stage, *record[:3])
                del out[before:]
                out.append(dead_letter(self.stage, record, error))

    def wait(self, timeout_s: float) -> bool:
        return self._folded.wait(timeout_s)


def dead_letter(stage: str, record: Record, error: Exception) -> Output:
    """The record as it was, with where it stood and why it could not be folded."""
    headers = [
        ("stage", stage.encode()),
        ("place", f"{record.topic}[{record.partition}]@{record.offset}".encode()),
        ("cause", f"{type(error).__name__}: {error}".encode()),
    ]
    return Output(topics.DEAD_LETTERS.name, record.key or b"", record.value, headers)


class RestartSessionError(Exception):
    """This session cannot go on; the next one restores everything."""


class Session:
    """One life of a stage on this worker: from joining its group until it stops or is fenced."""

    def __init__(self, stage: Stage, settings: Settings, hand_over: Callable[[Batch], None]) -> None:
        self.stage = stage
        self.settings = settings
        self.hand_over = hand_over
        self.positions: dict[Place, int] = {}
        self.units: dict[Hashable, Unit] = {}
        self.restored = True
        self.joined = False
        self.stopping = threading.Event()
        self._kept: dict[Hashable, Unit] = {}
        self._kept_positions: dict[Place, int] = {}
        group = f"liancheng.{stage.name}"
        instance = f"{stage.name}.{settings.worker_id}"
        self.consumer: Consumer = consumer(
            settings,
            group,
            group_instance_id=instance,
            session_timeout_ms=settings.session_timeout_ms,
            heartbeat_interval_ms=max(settings.session_timeout_ms // 4, 100),
            partition_assignment_strategy="range",  # joined topics: equal numbers to the same member
        )
        self.producer: Producer = producer(
            settings,
            transactional_id=f"liancheng.{instance}",
            transaction_timeout_ms=settings.transaction_timeout_ms,
            message_timeout_ms=settings.transaction_timeout_ms,  # librdkafka wants it no longer than that
        )

    def run(self, stopping: threading.Event) -> None:
        """Work until told to stop. Raises RestartSessionError or KafkaException when the session cannot go on."""
        self.stopping = stopping
        self.producer.init_transactions(30)
        self.consumer.subscribe(
            list(self.stage.inputs), on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost
        )
        while not stopping.is_set():
            messages = self._read()
            if not self.restored:
                self._restore()
            if messages:
                self._work_off(messages)

    def close(self) -> None:
        """Leave quietly: a static member keeps its place until its session times out."""
        self.units.clear()
        self.consumer.close()

    def _read(self) -> list[Message]:
        """Wait for one record, then take what is there: a trickle is not held back, a flood comes in full batches."""
        first = self.consumer.poll(POLL_S)
        if first is None:
            return []
        return [first, *self.consumer.consume(self.settings.batch_max - 1, timeout=0)]

    # -- partitions come and go ------------------------------------------------------------------------------------

    def _assigned(self, client: Consumer, partitions: list[TopicPartition]) -> None:
        committed = client.committed(partitions, timeout=2 * self.settings.transaction_timeout_ms / 1000)
        for place in committed:
            if place.error:
                raise KafkaException(place.error)
            place.offset = max(place.offset, 0)
        self.positions = {(place.topic, place.partition): place.offset for place in committed}
        client.assign(committed)
        self.restored, self.joined = False, True
        log.info("%s: assigned %s", self.stage.name, sorted(self.positions))

    def _revoked(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        """The units are kept aside: one that comes straight back with its offsets untouched is still right."""
        self._kept, self._kept_positions = (self.units, self.positions) if self.restored else ({}, {})
        self._forget()
        log.info("%s: revoked %d partitions", self.stage.name, len(partitions))

    def _lost(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        self._kept, self._kept_positions = {}, {}
        self._forget()
        log.warning("%s: lost %d partitions to another worker", self.stage.name, len(partitions))

    def _forget(self) -> None:
        self.units, self.positions, self.restored = {}, {}, True
        metrics.UNITS.labels(self.stage.name).set(0)

    def _restore(self) -> None:
        started = time.monotonic()
        places_of: dict[Hashable, list[Place]] = {}
        for place in sorted(self.positions):
            places_of.setdefault(self.stage.unit_of(place), []).append(place)
        self.units = {}
        fresh: dict[Hashable, list[Place]] = {}
        for unit_id, places in places_of.items():
            if self._still_right(unit_id, places):
                self.units[unit_id] = self._kept[unit_id]
            else:
                fresh[unit_id] = places
        self._kept, self._kept_positions = {}, {}
        self.units |= restore(self.stage, self.settings, fresh, self.positions)
        self.restored = True
        seconds = time.monotonic() - started
        metrics.UNITS.labels(self.stage.name).set(len(self.units))
        metrics.RESTORE_SECONDS.labels(self.stage.name).set(seconds)
        log.info("%s: holds %d units, %d restored in %.2f s", self.stage.name, len(self.units), len(fresh), seconds)

    def _still_right(self, unit_id: Hashable, places: Iterable[Place]) -> bool:
        """A table changes only together with the offsets, so untouched offsets mean an untouched table."""
        return unit_id in self._kept and all(
            self._kept_positions.get(place) == self.positions[place] for place in places
        )

    # -- one batch -------------------------------------------------------------------------------------------------

    def _work_off(self, messages: list[Message]) -> None:
        started = time.monotonic()
        work, ends = self._sort(messages)
        if not ends:
            return
        for attempt in range(RETRIES_MAX):
            batch = Batch(work, self.stage.name)
            self._fold(batch)
            if self._commit(batch, ends):
                self._committed(batch, ends, started)
                return
            for unit in self.units.values():
                unit.rollback()
            metrics.RETRIES.labels(self.stage.name).inc()
            log.warning("%s: transaction aborted, doing the batch again (%d)", self.stage.name, attempt + 1)
            time.sleep(0.05 * 2**attempt)
        raise RestartSessionError(f"{RETRIES_MAX} aborted transactions in a row")

    def _sort(self, messages: list[Message]) -> tuple[list[tuple[Unit, Record]], dict[Place, int]]:
        """Pair each record with its unit.

        A rebalance may have happened while the batch was read: records of partitions that went are left out (their
        new owner reads them), and so are those before the position, which came twice.
        """
        work: list[tuple[Unit, Record]] = []
        ends: dict[Place, int] = {}
        for message in messages:
            if error := message.error():
                if error.retriable() or error.code() in {KafkaError._PARTITION_EOF, KafkaError.UNKNOWN_TOPIC_OR_PART}:
                    continue
                raise KafkaException(error)
            record = _record(message)
            place = (record.topic, record.partition)
            position = ends.get(place, self.positions.get(place))
            if position is None or record.offset < position:
                continue
            work.append((self.units[self.stage.unit_of(place)], record))
            ends[place] = record.offset + 1
        return work, ends

    def _fold(self, batch: Batch) -> None:
        self.hand_over(batch)
        while not batch.wait(1.0):
            if self.stopping.is_set():
                raise RestartSessionError("the worker stops and its agent is gone")
            log.warning("%s: the agent is still folding %d records", self.stage.name, len(batch.work))
        if batch.error is not None:
            raise batch.error

    def _commit(self, batch: Batch, ends: dict[Place, int]) -> bool:
        """Whether the transaction committed; False: it was aborted and nothing of it will ever be seen."""
        try:
            self.producer.begin_transaction()
            self._produce(batch.outputs)
            offsets = [TopicPartition(topic, partition, end) for (topic, partition), end in ends.items()]
            self.producer.send_offsets_to_transaction(offsets, self.consumer.consumer_group_metadata(), 30)
            _until_known(self.producer.commit_transaction, 2 * self.settings.transaction_timeout_ms / 1000)
        except KafkaException as error:
            cause: KafkaError = error.args[0]
            if cause.fatal() or cause.code() in FENCED or not cause.txn_requires_abort():
                raise
            log.warning("%s: %s", self.stage.name, cause)
            _until_known(self.producer.abort_transaction, 2 * self.settings.transaction_timeout_ms / 1000)
            return False
        return True

    def _produce(self, outputs: list[Output]) -> None:
        produce = self.producer.produce
        for output in outputs:
            while True:
                try:
                    produce(output.topic, output.value, output.key, output.partition, headers=output.headers)  # type: ignore[arg-type]
                    break
                except BufferError:
                    self.producer.poll(0.05)
        self.producer.poll(0)

    def _committed(self, batch: Batch, ends: dict[Place, int], started: float) -> None:
        self.positions |= ends
        for unit in self.units.values():
            unit.commit()
        name = self.stage.name
        metrics.RECORDS.labels(name).inc(len(batch.work))
        metrics.OUTPUTS.labels(name).inc(len(batch.outputs))
        dead = sum(output.topic == topics.DEAD_LETTERS.name for output in batch.outputs)
        metrics.DEAD.labels(name).inc(dead)
        metrics.BATCH_SECONDS.labels(name).observe(time.monotonic() - started)
        if batch.work:
            oldest = min(record.timestamp_ms for _, record in batch.work)
            metrics.DELAY_SECONDS.labels(name).observe(max(time.time() - oldest / 1000, 0))


def _record(message: Message) -> Record:
    return Record(
        message.topic() or "",
        message.partition() or 0,
        message.offset() or 0,
        message.timestamp()[1],
        message.key(),
        message.value(),
    )


def _until_known(step: Callable[[float], None], timeout_s: float) -> None:
    """Commit or abort until the outcome is known: a timed-out call may be made again, it goes on where it was."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            step(5.0)
        except KafkaException as error:
            if not error.args[0].retriable() or time.monotonic() > deadline:
                raise
        else:
            return


def restore(
    stage: Stage, settings: Settings, units: dict[Hashable, list[Place]], positions: dict[Place, int]
) -> dict[Hashable, Unit]:
    """Open units and read their tables. Committed offsets must be known (and stable) before: see `Session._assigned`.

    Own tables are read to the high watermark of now, not the last stable offset: a dead worker's open transaction
    holds that back, and committed records behind it would be missed (as in KAFKA-10167).
    """
    opened = {unit_id: stage.open(places) for unit_id, places in units.items()}
    owners: dict[Place, Unit] = {}
    own: list[Place] = []
    ends: dict[Place, int] = {}
    for unit_id, places in units.items():
        for table in stage.tables(places):
            owners[table.place] = opened[unit_id]
            if table.own:
                own.append(table.place)
            else:
                ends[table.place] = positions[table.place]
    ends |= high_watermarks(settings, own) if own else {}
    for messages in read_until(settings, ends):
        for message in messages:
            topic, partition = message.topic() or "", message.partition() or 0
            owners[topic, partition].restore(topic, message.key(), message.value())  # type: ignore[arg-type]
    return opened


class StageThread(threading.Thread):
    """Runs a stage's sessions, one after another, until it is stopped."""

    def __init__(self, stage: Stage, settings: Settings, hand_over: Callable[[Batch], None]) -> None:
        super().__init__(name=f"liancheng.{stage.name}", daemon=True)
        self.stage = stage
        self.settings = settings
        self.hand_over = hand_over
        self.stopping = threading.Event()
        self.session: Session | None = None

    @property
    def state(self) -> str:
        """`starting`, `joining` its group, `restoring`, `running` (with or without partitions), `stopped`."""
        if not self.is_alive():
            return "stopped"
        session = self.session
        if session is None:
            return "starting"
        if not session.joined:
            return "joining"
        return "running" if session.restored else "restoring"

    def run(self) -> None:
        while not self.stopping.is_set():
            metrics.SESSIONS.labels(self.stage.name).inc()
            try:
                self._one_session()
            except (KafkaException, RestartSessionError) as error:
                log.warning("%s: session ended (%s), starting afresh", self.stage.name, error)
            except Exception:
                log.exception("%s: session failed, starting afresh", self.stage.name)
            self.stopping.wait(AFRESH_S)

    def _one_session(self) -> None:
        session = Session(self.stage, self.settings, self.hand_over)
        self.session = session
        try:
            session.run(self.stopping)
        finally:
            session.close()
            self.session = None

    def stop(self, timeout_s: float = 15.0) -> None:
        """End after the batch in hand."""
        self.stopping.set()
        self.join(timeout_s)
