"""One record folded by a stage's own unit, as the engine does it, without Kafka."""

from datetime import UTC, datetime

from cli.verify.report import Report
from cli.verify.source import Source
from liancheng.errors import UnavailableError
from stream_apps.stage import Output, Record, Unit

EPOCH = datetime.fromtimestamp(0, UTC)  # of the stages that read no clock


def outputs_of(
    source: Source, report: Report, unit: Unit, record: Record, processed: int, *, now: datetime = EPOCH
) -> list[Output]:
    """Returns what a record leads to: nothing if its stage made a dead letter of it.

    Reports a `lost dead letter` if the stage should have made one. Raises UnavailableError if the stage itself waits
    for a version of the standard.
    """
    if record[:3] in source.dead:
        return []
    out: list[Output] = []
    try:
        unit.fold(record, now, out)
        unit.commit()
    except UnavailableError:  # the stage waits as well, for a version of the standard that is not packaged
        raise
    except Exception as error:
        unit.rollback()
        if record.offset < processed:
            report.add_record("lost dead letter", record, expected=f"a dead letter: {error}")
        return []
    return out
