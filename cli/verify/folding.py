"""Folding one record by a stage's own unit, as the engine does it, without Kafka."""

from datetime import UTC, datetime

from cli.verify.report import Difference, Report, at
from cli.verify.source import Source
from liancheng.errors import UnavailableError
from stream_apps.stage import Output, Record, Unit

EPOCH = datetime.fromtimestamp(0, UTC)  # of the stages that read no clock


def outputs(unit: Unit, record: Record, now: datetime = EPOCH) -> list[Output]:
    """What a record leads to; the unit has it as state afterwards. Raises what the fold raises."""
    out: list[Output] = []
    unit.fold(record, now, out)
    unit.commit()
    return out


def followed(
    source: Source, report: Report, unit: Unit, record: Record, processed: int, *, now: datetime = EPOCH
) -> list[Output]:
    """What a record leads to, nothing where its stage made a dead letter of it.

    `lost dead letter`: it should have made one. Raises UnavailableError where the stage itself waits for a version of
    the standard.
    """
    spot = record[:3]
    if spot in source.dead:
        return []
    try:
        return outputs(unit, record, now)
    except UnavailableError:  # the stage waits as well, for a version of the standard that is not packaged
        raise
    except Exception as error:
        unit.rollback()
        if record.offset < processed:
            subject = (record.key or b"").decode(errors="replace")
            place, expected = at(*spot), f"a dead letter: {error}"
            report.add(
                Difference(name="lost dead letter", topic=record.topic, place=place, subject=subject, expected=expected)
            )
        return []
