"""All checks of a cut, from the banks' numbers back to what the agencies sent."""

from cli.verify import documents, listing, numbers, telling
from cli.verify.report import Difference, Report, at
from cli.verify.source import Source
from liancheng.records import topics


def check(source: Source) -> Report:
    """Compare everything; an empty list of differences says that each event counted exactly once.

    Partition by partition: the memory is that of one partition's entries, and some 500 bytes for each penalty and
    alert of all.
    """
    report = Report()
    for topic in (topics.PENALTY_EVENTS, topics.RECEIPTS):
        for province in source.provinces:
            report.of(topic.named(province))
    for topic in topics.shared_topics():
        if topic is not topics.BANKS:
            report.of(topic.name)
    told, digest = numbers.check(source, report), listing.Digest()
    for partition in range(topics.SANCTION_LIST.partitions):
        watches = telling.Watches(source, report, partition, told)
        entries = listing.Entries(watches.companies)
        listing.check(source, report, partition, entries, digest)
        telling.check(source, report, watches, entries)
    digest.write(report)
    documents.check(source, report)
    _dead_letters(source, report)
    return report


def _dead_letters(source: Source, report: Report) -> None:
    """`dead letter`: a stage could not digest what another wrote, so what it should have led to is nowhere."""
    tally = report.of(topics.DEAD_LETTERS.name)
    for record in source.records(topics.DEAD_LETTERS.name, 0):
        tally.records += 1
        place, subject = at(*record[:3]), (record.key or b"").decode(errors="replace")
        report.add(
            Difference(
                name="dead letter", topic=topics.DEAD_LETTERS.name, place=place, subject=subject,
                found=f"{len(record.value or b'')} bytes that no fold could digest",
            )
        )  # fmt: skip
