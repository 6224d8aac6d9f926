"""`verify` where time passes by versions of the standard, and where a watch's older records are gone."""

from datetime import timedelta
from itertools import islice

import pytest

from cli.verify.source import COMPACTION_LAG_MS
from liancheng import codec
from liancheng.joint_list.standard_judge import current_judge
from liancheng.records import topics
from liancheng.records.events import Decision
from liancheng.records.facts import StandardAdopted
from tests.chaos.checker import History
from tests.chaos.in_memory import NOW, Flow
from tests.chaos.story import BANKS, PROVINCES, Story, line, uscc, watch
from tests.unit.test_verify import ALERTS, LIST, OLD, PENALTIES, WATCH_STATE, compacted, names, report_of


def test_a_version_adopted_on_the_day_before_and_after_it() -> None:
    """The list says twice that the same day is complete: once by each version."""
    flow = Flow()
    flow.send(islice(iter(Story(4, 12, NOW.date())), 60))
    flow.day(NOW.date())
    adopted = codec.encode(StandardAdopted(version=current_judge().version, from_day=NOW.date()))
    for partition in range(topics.PENALTIES.partitions):
        flow.write(PENALTIES, topics.STANDARD_KEY, adopted, partition)
    flow.day(NOW.date() + timedelta(200))
    history = flow.history()
    days = [one for one in history.of(LIST) if one.key == topics.NEW_DAY_KEY and one.partition == 0]
    assert len(days) == 3
    assert names(report_of(history)) == []
    history.of(LIST).remove(days[0])
    assert [one.split(":")[0] for one in names(report_of(history, kept_since_ms=0))] == ["lost change"]


def decision(number: int, **more: object) -> Decision:
    """On company 3."""
    return Decision(
        authority="虚构沪示例1区生态环境局",
        document_no=f"沪虚环罚〔2025〕{number}号",
        name="虚构示例3号化工有限公司",
        uscc=uscc(3),
        kinds="罚款",
        decision_date=(NOW.date() - timedelta(30)).isoformat(),
        **{"fine_wan": "10"} | more,  # type: ignore[arg-type]
    )


def watched_for_long() -> tuple[History, bytes]:
    """A company with five changes; the bank's references changed after two, which is all that is left of its watch."""
    flow, company = Flow(), 3
    key, value = watch(company, BANKS[0])
    flow.watch(key, value)
    for number in range(1, 6):
        flow.send([line(PROVINCES[0], decision(number))])
        if number == 2:
            flow.watch(*watch(company, BANKS[0], reference="L"))
    return compacted(flow.history()), key


def test_alerts_under_a_watch_that_is_gone_are_explained() -> None:
    history, key = watched_for_long()
    assert len([one for one in history.of(topics.WATCHLISTS.name) if one.key == key]) == 1
    assert len(history.of(ALERTS)) == 5
    report = report_of(history)
    assert names(report) == []
    assert report.of(topics.WATCHLISTS.name).unchecked == 1


@pytest.mark.parametrize("lost", range(1, 5))
def test_an_alert_lost_under_a_watch_that_is_gone_is_found(lost: int) -> None:
    """Each later alert names the one before it; and the state names the last. (The first may have been before it.)"""
    history, key = watched_for_long()
    del history.of(ALERTS)[lost]
    found = [one for one in report_of(history).discrepancies if one.topic == ALERTS]
    assert [one.subject for one in found] == [key.decode()]


def test_a_watch_that_is_gone_heard_nothing_of_a_change_of_which_nobody_is_told() -> None:
    flow = Flow()
    flow.watch(*watch(3, BANKS[0]))
    flow.send([line(PROVINCES[0], decision(1))])
    flow.day(NOW.date() + timedelta(2000))
    flow.send([line(PROVINCES[0], decision(1, revision=2, fine_wan="11"))])
    flow.watch(*watch(3, BANKS[0], reference="L"))
    history = compacted(flow.history())
    assert len(history.of(ALERTS)) == 2, "penalised and cleared; the amendment was clear before and after"
    (left,) = history.of(topics.WATCHLISTS.name)
    long_after = OLD + 2 * COMPACTION_LAG_MS  # so it cannot have been read before the amendment
    history.records[topics.WATCHLISTS.name] = [left._replace(timestamp_ms=long_after)]
    assert names(report_of(history, kept_since_ms=long_after + 1)) == []


def test_a_watch_written_a_week_before_an_entry_was_read_before_it() -> None:
    history, key = watched_for_long()
    watch_at = next(n for n, one in enumerate(history.of(topics.WATCHLISTS.name)) if one.key == key)
    long_ago = history.of(topics.WATCHLISTS.name)[watch_at]._replace(timestamp_ms=OLD - 2 * COMPACTION_LAG_MS)
    history.of(topics.WATCHLISTS.name)[watch_at] = long_ago
    for topic in (ALERTS, WATCH_STATE):
        history.records.pop(topic)
    found = {difference.name for difference in report_of(history).discrepancies}
    assert "lost alert" in found
