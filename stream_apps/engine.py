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

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from liancheng.errors import UnavailableError
from liancheng.records import topics
from liancheng.settings import Settings
from stream_apps import metrics
from stream_apps.batch import Batch, RestartSessionError
from stream_apps.restoring import restore
from stream_apps.stage import Place, Record, Stage, Unit
from stream_apps.writer import Writer
from transport.clients import consumer

log = logging.getLogger("liancheng.engine")

POLL_S = 0.1  # how long an idle stage waits before it looks whether it should stop
RETRIES_MAX = 5  # aborted batches in a row before the session starts afresh
AFRESH_S = 0.5  # pause before a new session: a broker that is starting takes 3 s
LOOK_S = 1.0  # how often the engine looks up from waiting for the agent
LAST_FOLD_S = 10.0  # what a stopping worker's agent has for the batch in hand; StageThread.stop waits longer
FENCED = {
    KafkaError.UNKNOWN_MEMBER_ID,
    KafkaError.ILLEGAL_GENERATION,
    KafkaError.FENCED_INSTANCE_ID,
    KafkaError.REBALANCE_IN_PROGRESS,
    KafkaError._FENCED,
    KafkaError.INVALID_PRODUCER_EPOCH,
    KafkaError.PRODUCER_FENCED,
}


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
        self._failure: Exception | None = None  # what a rebalance could not do
        self._waiting: list[Message] = []  # read, and behind a record that has long work before it
        self._membership: object = None  # the group generation that the partitions were assigned in
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
        self.writer = Writer(settings, instance)

    def run(self, stopping: threading.Event) -> None:
        """Work until told to stop. Raises RestartSessionError or KafkaException when the session cannot go on."""
        self.stopping = stopping
        self.writer.open()
        self.consumer.subscribe(
            list(self.stage.inputs), on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost
        )
        while not stopping.is_set():
            messages = self._read()
            if not self.restored:
                self._restore()
            if messages := self._waiting + messages:
                self._waiting = []
                self._work_off(messages)

    def close(self) -> None:
        """Leave quietly: a static member keeps its place until its session times out."""
        self.writer.close()
        self.units.clear()
        self.consumer.close()

    def _read(self) -> list[Message]:
        """Wait for one record, then take what is there: a trickle is not held back, a flood comes in full batches.

        While records wait, nothing more is taken; the group only hears that this member lives.
        """
        first = self.consumer.poll(0 if self._waiting else POLL_S)
        more = [] if first is None or self._waiting else self.consumer.consume(self.settings.batch_max - 1, timeout=0)
        if self._failure:
            raise self._failure
        return [] if first is None else [first, *more]

    # -- partitions come and go ------------------------------------------------------------------------------------

    def _assigned(self, client: Consumer, partitions: list[TopicPartition]) -> None:
        """Nothing may be raised here: confluent-kafka 2.16 lets a KafkaException out as something no `except` knows."""
        try:
            self._take(client, partitions)
        except Exception as error:
            self._failure = error

    def _take(self, client: Consumer, partitions: list[TopicPartition]) -> None:
        """Start where the offsets are committed. Those of an open transaction are waited for."""
        committed = client.committed(partitions, timeout=self.writer.patience_s)
        for place in committed:
            if place.error:
                raise KafkaException(place.error)
            place.offset = max(place.offset, 0)
        self.positions = {(place.topic, place.partition): place.offset for place in committed}
        client.assign(committed)
        self._membership = client.consumer_group_metadata()
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
        self._waiting = []
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
        """Do what was read up to the next record that stands alone; the rest waits.

        What has to be done before such a record is done a part at a time, so that a transaction stays short and the
        group hears of this member in between.
        """
        work = self._sort(messages)
        if not work:
            return
        unit, record = work[0]
        if unit.pending(record):
            self._waiting = messages
            self._do([work[0]], preparing=True)
            return
        alone = next((n for n, (unit, record) in enumerate(work) if n and unit.stands_alone(record)), len(work))
        if alone < len(work):
            self._waiting = messages
        self._do(work[:alone])

    def _do(self, work: list[tuple[Unit, Record]], *, preparing: bool = False) -> None:
        """Work off one batch in one transaction, again where it was aborted."""
        started = time.monotonic()
        refused: dict[tuple[str, int, int], str] = {}
        aborted = 0
        while aborted < RETRIES_MAX:
            batch = Batch(work, self.stage.name, refused, preparing=preparing)
            ends = {(record.topic, record.partition): record.offset + (not preparing) for _, record in work}
            if self._transact(batch, ends):
                self._committed(batch, ends, started)
                return
            for unit in self.units.values():
                unit.rollback()
            if batch.unwritable:
                refused |= batch.unwritable
                preparing = False  # the record is the dead letter, whatever was to be done before it
                continue
            aborted += 1
            metrics.RETRIES.labels(self.stage.name).inc()
            log.warning("%s: transaction aborted, doing the batch again (%d)", self.stage.name, aborted)
            time.sleep(0.05 * 2**aborted)
        raise RestartSessionError(f"{RETRIES_MAX} aborted transactions in a row")

    def _sort(self, messages: list[Message]) -> list[tuple[Unit, Record]]:
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
            record = record_of(message)
            place = (record.topic, record.partition)
            position = ends.get(place, self.positions.get(place))
            if position is None or record.offset < position:
                continue
            work.append((self.units[self.stage.unit_of(place)], record))
            ends[place] = record.offset + 1
        return work

    def _fold(self, batch: Batch) -> None:
        self.hand_over(batch)
        while not batch.wait(LOOK_S):
            log.warning("%s: the agent is still folding %d records", self.stage.name, len(batch.work))
            if self.stopping.is_set():
                if batch.wait(LAST_FOLD_S):
                    break
                raise RestartSessionError("the worker stops and its agent is gone")
        if batch.error is not None:
            raise batch.error

    def _transact(self, batch: Batch, ends: dict[Place, int]) -> bool:
        """Whether the transaction committed; False: it was aborted and nothing of it will ever be seen."""
        try:
            self.writer.begin(ends, self._membership)
            while not batch.done and not batch.unwritable:
                self._fold(batch)
                self.writer.write(batch)
            if not batch.unwritable:
                self.writer.commit()
                return True
        except KafkaException as error:
            cause: KafkaError = error.args[0]
            if cause.fatal() or cause.code() in FENCED or not cause.txn_requires_abort():
                raise
            log.warning("%s: %s", self.stage.name, cause)
        self.writer.abort()
        return False

    def _committed(self, batch: Batch, ends: dict[Place, int], started: float) -> None:
        self.positions |= ends
        for unit in self.units.values():
            unit.commit()
        name = self.stage.name
        metrics.RECORDS.labels(name).inc(0 if batch.preparing else len(batch.work))
        metrics.OUTPUTS.labels(name).inc(len(batch.outputs))
        dead = sum(output.topic == topics.DEAD_LETTERS.name for output in batch.outputs)
        metrics.DEAD.labels(name).inc(dead)
        metrics.BATCH_SECONDS.labels(name).observe(time.monotonic() - started)
        if batch.work:
            oldest = min(record.timestamp_ms for _, record in batch.work)
            metrics.DELAY_SECONDS.labels(name).observe(max(time.time() - oldest / 1000, 0))


def record_of(message: Message) -> Record:
    """A Kafka message as the stages read it."""
    return Record(
        message.topic() or "",
        message.partition() or 0,
        message.offset() or 0,
        message.timestamp()[1],
        message.key(),
        message.value(),
    )


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
            except (KafkaException, RestartSessionError, UnavailableError) as error:
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
