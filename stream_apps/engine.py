"""The exactly-once batch: consume, fold, write outputs and offsets in one Kafka transaction.

Whatever dies, and whenever:
- the outputs of each input record are committed exactly once, together with its offset;
- a unit's state equals the fold of its committed inputs: restored on assignment, changed only after a commit;
- a worker that lost its partitions without noticing (frozen, cut off) cannot write: the broker refuses its generation.
If the outcome of a commit is unknown, the session ends and the next one restores everything from the tables.
"""

import logging
import threading
import time
from collections.abc import Callable, Hashable, Iterable

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from liancheng.errors import RestartSessionError, UnavailableError
from liancheng.records import topics
from liancheng.settings import Settings
from stream_apps import metrics
from stream_apps.batch import Batch
from stream_apps.restore import restore
from stream_apps.stage import Place, Record, Stage, Unit
from stream_apps.writer import Writer
from transport.clients import consumer

log = logging.getLogger("liancheng.engine")

POLL_S = 0.1  # how long an idle stage waits before it checks whether to stop
RETRIES_MAX = 5  # aborted transactions in a row before the session ends
SESSION_PAUSE_S = 0.5  # between two sessions: a starting broker takes 3 s
AGENT_CHECK_S = 1.0  # how often a wait for the agent is interrupted to check whether to stop
LAST_FOLD_S = 10.0  # for the agent of a stopping worker to finish its batch; StageThread.stop waits longer
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
    """One membership of a stage in its consumer group: from joining until it stops or is fenced."""

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
        self._waiting: list[Message] = []  # read, but queued after a record with long work
        self._membership: object = None  # the group generation in which the partitions were assigned
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
        """Process records until `stopping` is set. Raises RestartSessionError or KafkaException if it must end."""
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
                self._process(messages)

    def close(self) -> None:
        """Close without leaving the group: a static member keeps its partitions until its session times out."""
        self.writer.close()
        self.units.clear()
        self.consumer.close()

    def _read(self) -> list[Message]:
        """Wait for one record, then take all that are ready: low traffic is not delayed, high traffic fills batches.

        While records are queued nothing more is read; polling only keeps the membership alive.
        """
        first = self.consumer.poll(0 if self._waiting else POLL_S)
        more = [] if first is None or self._waiting else self.consumer.consume(self.settings.batch_max - 1, timeout=0)
        if self._failure:
            raise self._failure
        return [] if first is None else [first, *more]

    # -- assignment ------------------------------------------------------------------------------------------------

    def _assigned(self, client: Consumer, partitions: list[TopicPartition]) -> None:
        """Must not raise: from here confluent-kafka 2.16 raises a KafkaException as a type that no `except` catches."""
        try:
            self._start(client, partitions)
        except Exception as error:
            self._failure = error

    def _start(self, client: Consumer, partitions: list[TopicPartition]) -> None:
        """Start at the committed offsets. Waits for those of an open transaction."""
        committed = client.committed(partitions, timeout=self.writer.wait_max_s)
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
        """Keep the units: one whose partitions come straight back with the same offsets is still current."""
        self._kept, self._kept_positions = (self.units, self.positions) if self.restored else ({}, {})
        self._clear()
        log.info("%s: revoked %d partitions", self.stage.name, len(partitions))

    def _lost(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        self._kept, self._kept_positions = {}, {}
        self._clear()
        log.warning("%s: lost %d partitions to another worker", self.stage.name, len(partitions))

    def _clear(self) -> None:
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
            if self._is_current(unit_id, places):
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

    def _is_current(self, unit_id: Hashable, places: Iterable[Place]) -> bool:
        """A table changes only together with the offsets, so the same offsets mean the same table."""
        return unit_id in self._kept and all(
            self._kept_positions.get(place) == self.positions[place] for place in places
        )

    # -- one batch -------------------------------------------------------------------------------------------------

    def _process(self, messages: list[Message]) -> None:
        """Process records up to the next one that begins a batch; queue the rest.

        Long work is done in parts, one transaction each, so that transactions stay short and the membership is kept
        alive between them.
        """
        work = self._pair(messages)
        if not work:
            return
        unit, record = work[0]
        if unit.has_long_work(record):
            self._waiting = messages
            self._run_batch([work[0]], preparing=True)
            return
        end = next((n for n, (unit, record) in enumerate(work) if n and unit.begins_batch(record)), len(work))
        if end < len(work):
            self._waiting = messages
        self._run_batch(work[:end])

    def _run_batch(self, work: list[tuple[Unit, Record]], *, preparing: bool = False) -> None:
        """Process one batch in one transaction; repeat it if the transaction is aborted."""
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
                preparing = False  # the record becomes the dead letter, whatever work it needed
                continue
            aborted += 1
            metrics.RETRIES.labels(self.stage.name).inc()
            log.warning("%s: transaction aborted, repeating the batch (%d)", self.stage.name, aborted)
            time.sleep(0.05 * 2**aborted)
        raise RestartSessionError(f"{RETRIES_MAX} aborted transactions in a row")

    def _pair(self, messages: list[Message]) -> list[tuple[Unit, Record]]:
        """Pair each record with its unit.

        A rebalance may have happened during the read. Skips records of partitions that were revoked (their new owner
        reads them) and records before the position (read twice).
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
        while not batch.wait(AGENT_CHECK_S):
            log.warning("%s: the agent is still folding %d records", self.stage.name, len(batch.work))
            if self.stopping.is_set():
                if batch.wait(LAST_FOLD_S):
                    break
                raise RestartSessionError("the worker is stopping and its agent does not answer")
        if batch.error is not None:
            raise batch.error

    def _transact(self, batch: Batch, ends: dict[Place, int]) -> bool:
        """Returns whether the transaction committed. If not, it was aborted and none of it becomes visible."""
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
    """Runs the sessions of a stage, one after another, until stopped."""

    def __init__(self, stage: Stage, settings: Settings, hand_over: Callable[[Batch], None]) -> None:
        super().__init__(name=f"liancheng.{stage.name}", daemon=True)
        self.stage = stage
        self.settings = settings
        self.hand_over = hand_over
        self.stopping = threading.Event()
        self.session: Session | None = None

    @property
    def state(self) -> str:
        """One of `starting`, `joining` (the group), `restoring`, `running` (with or without partitions), `stopped`."""
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
                self._run_session()
            except (KafkaException, RestartSessionError, UnavailableError) as error:
                log.warning("%s: session ended (%s), starting a new one", self.stage.name, error)
            except Exception:
                log.exception("%s: session failed, starting a new one", self.stage.name)
            self.stopping.wait(SESSION_PAUSE_S)

    def _run_session(self) -> None:
        session = Session(self.stage, self.settings, self.hand_over)
        self.session = session
        try:
            session.run(self.stopping)
        finally:
            session.close()
            self.session = None

    def stop(self, timeout_s: float = 15.0) -> None:
        """Stop after the current batch."""
        self.stopping.set()
        self.join(timeout_s)
