"""All checks of a cut, from the banks' numbers back to what the agencies sent."""

from cli.verify import alerts, dispatch, documents, sanction_list
from cli.verify.report import Report
from cli.verify.source import Source
from liancheng.records import topics


def check(source: Source) -> Report:
    """Compares everything. No discrepancies: each event counted exactly once.

    Partition by partition: it takes the memory of one partition's entries, and some 500 bytes for each penalty and
    each alert.
    """
    report = Report()
    for topic in (topics.PENALTY_EVENTS, topics.RECEIPTS):
        for province in source.provinces:
            report.of(topic.named(province))
    for topic in topics.shared_topics():
        if topic is not topics.BANKS:
            report.of(topic.name)
    alerts_by_watch, digest = dispatch.check(source, report), sanction_list.Digest()
    for partition in range(topics.SANCTION_LIST.partitions):
        watches = alerts.Watches(source, report, partition, alerts_by_watch)
        entries = sanction_list.Entries(watches.companies)
        sanction_list.check(source, report, partition, entries, digest)
        alerts.check(source, report, watches, entries)
    digest.write(report)
    documents.check(source, report)
    _dead_letters(source, report)
    return report


def _dead_letters(source: Source, report: Report) -> None:
    """Reports each `dead letter`: a stage could not process what another wrote, so it has had no effect."""
    tally = report.of(topics.DEAD_LETTERS.name)
    for record in source.records(topics.DEAD_LETTERS.name, 0):
        tally.records += 1
        report.add_record("dead letter", record, found=f"{len(record.value or b'')} bytes that no fold could digest")
