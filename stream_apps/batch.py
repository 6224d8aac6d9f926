"""The records of one transaction, folded by the stage's agent. A record that cannot be folded becomes a dead letter."""

import bisect
import logging
import threading
from collections.abc import Mapping
from datetime import UTC, datetime

from liancheng.errors import RestartSessionError, UnavailableError, UndigestibleError
from liancheng.records import topics
from stream_apps.stage import Output, Record, Unit

log = logging.getLogger("liancheng.engine")

DEAD_VALUE_MAX = 900_000  # bytes of a dead letter's value; with its headers it stays under a record's 1,000,000
DEAD_CAUSE_MAX = 10_000
CHUNK_RECORDS = 200  # folded at a time: their outputs are sent while the next chunk is folded


class Batch:
    """The records of one transaction, handed to the agent that folds them and back.

    refused: places of records whose outputs could not be written in an earlier attempt, with the cause. They become
        dead letters.
    unwritable: the same, from this attempt.
    outputs: of all records folded so far; the first `written` of them were given to the producer.
    preparing: only long work for the single record is done; the record itself is not folded yet.
    """

    def __init__(
        self,
        work: list[tuple[Unit, Record]],
        stage: str,
        refused: Mapping[tuple[str, int, int], str] | None = None,
        *,
        preparing: bool = False,
    ) -> None:
        self.work = work
        self.stage = stage
        self.preparing = preparing
        self.refused = refused or {}
        self.unwritable: dict[tuple[str, int, int], str] = {}
        self.outputs: list[Output] = []
        self.written = 0
        self.error: BaseException | None = None
        self._ends: list[int] = []  # how many outputs there were after each record
        self._folded = threading.Event()

    @property
    def done(self) -> bool:
        """Returns whether every record is folded."""
        return len(self._ends) == len(self.work)

    def fold(self) -> None:
        """Fold the next chunk; called by the stage's agent."""
        try:
            self._fold_next()
        except BaseException as error:
            self.error = error
        finally:
            self._folded.set()

    def _fold_next(self) -> None:
        now, out, start = datetime.now(UTC), self.outputs, len(self._ends)
        for unit, record in self.work[start : start + CHUNK_RECORDS]:
            before = len(out)
            try:
                self._fold_one(unit, record, now)
            except UnavailableError:
                raise  # not the record's fault: the session ends and the next one reads the record again
            except Exception as error:
                log.exception("%s: dead letter %s[%d]@%d", self.stage, *record[:3])
                del out[before:]
                out.append(dead_letter(self.stage, record, error))
            self._ends.append(len(out))

    def _fold_one(self, unit: Unit, record: Record, now: datetime) -> None:
        if cause := self.refused.get(record[:3]):
            raise UndigestibleError(cause)
        if self.preparing:
            unit.prepare(record, self.outputs)
        else:
            unit.fold(record, now, self.outputs)

    def wait(self, timeout_s: float) -> bool:
        """Returns whether the chunk is folded within the timeout."""
        folded = self._folded.wait(timeout_s)
        if folded:
            self._folded.clear()
        return folded

    def refuse(self, index: int, cause: str) -> None:
        """Mark the record that led to an output which can never be written.

        Raises:
            RestartSessionError: the output is itself a dead letter; operators must remove the cause.
        """
        place = self.work[bisect.bisect_right(self._ends, index)][1][:3]
        if self.outputs[index].topic == topics.DEAD_LETTERS.name:
            raise RestartSessionError(f"the dead letter of {_at(*place)} cannot be written: {cause}")
        self.unwritable.setdefault(place, cause)


def dead_letter(stage: str, record: Record, error: Exception) -> Output:
    """Returns the record unchanged, with its place and the cause as headers. A value that is too large is cut."""
    value, place = record.value, _at(*record[:3])
    headers = [
        ("stage", stage.encode()),
        ("place", place.encode()),
        ("cause", f"{type(error).__name__}: {error}"[:DEAD_CAUSE_MAX].encode()),
    ]
    if value and len(value) > DEAD_VALUE_MAX:
        headers.append(("cut", f"{len(value)} bytes, the whole record is at {place}".encode()))
        value = value[:DEAD_VALUE_MAX]
    return Output(topics.DEAD_LETTERS.name, record.key or b"", value, headers)


def _at(topic: str, partition: int, offset: int) -> str:
    return f"{topic}[{partition}]@{offset}"
