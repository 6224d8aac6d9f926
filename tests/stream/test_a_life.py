"""The main job on a real broker: agency to bank through a real worker, with days, a move, and a restart between."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from consumers.reading import register
from consumers.sdk import Bank
from liancheng.records.alerts import Alert
from liancheng.records.events import Decision, Event, Recognition, Revocation
from liancheng.settings import Settings
from producers import Agency
from stream_apps.calendar import Calendar, today
from tests.bank_material import uscc
from tests.chaos.workers import Worker, Workers
from tests.eventually import eventually
from transport import admin
from transport.clients import producer

AUTHORITY, PROVINCE, BANK = "虚构市生态环境局", "310000", "life-bank"
STAGES = "standardise,joint_list,alerting,dispatch"  # no calendar: the test writes the days
DECIDED = today() - timedelta(days=10)
FIRST, SECOND, QUIET = uscc(501), uscc(502), uscc(503)


@pytest.fixture(scope="module")
def cluster(fresh_cluster: Settings) -> Iterator[Settings]:
    admin.ensure_shared_topics(fresh_cluster)
    admin.add_province(fresh_cluster, PROVINCE)
    register.add_bank(fresh_cluster, BANK, "虚构示例银行")
    with Workers(Worker("life-1", STAGES, fresh_cluster)) as _:
        yield fresh_cluster


def decision(number: int, subject: str, **more: object) -> Decision:
    return Decision(
        authority=AUTHORITY,
        document_no=f"虚环罚〔2026〕{number}号",
        name="虚构示例化工有限公司",
        uscc=subject,
        kinds="罚款",
        fine_wan="10",
        decision_date=DECIDED.isoformat(),
        legal_basis="《中华人民共和国大气污染防治法》第一百一十七条第一项",
        **more,  # type: ignore[arg-type]
    )


def publish(settings: Settings, *events: Event) -> None:
    with Agency(PROVINCE, settings) as agency:
        receipts = agency.wait_all([agency.publish(event) for event in events], 30)
    assert [receipt.submission.outcome for receipt in receipts] == ["accepted"] * len(events)


def day_comes(settings: Settings, day: date) -> None:
    assert Calendar(producer(settings), lambda: day).tick()


def told(settings: Settings, count: int) -> list[Alert]:
    """The next alerts of the bank, each once."""
    alerts: list[Alert] = []
    with Bank(BANK, settings) as bank:

        def enough() -> bool:
            for alert in bank.alerts():
                alerts.append(alert)
                bank.done(alert)
            return len(alerts) >= count

        eventually(enough, timeout_s=30, what=f"{count} alerts")
    assert len(alerts) == count
    return alerts


def steps(alerts: list[Alert]) -> list[tuple[str, str, str, str]]:
    return [(alert.uscc, alert.kind, alert.level_before, alert.level_after) for alert in alerts]


def test_from_the_first_decision_until_the_last_day_has_passed(cluster: Settings) -> None:
    day_comes(cluster, today())
    with Bank(BANK, cluster) as bank:
        bank.watch([FIRST, SECOND])

    publish(cluster, decision(1, FIRST))
    (alert,) = told(cluster, 1)
    assert steps([alert]) == [(FIRST, "penalised", "clear", "penalised")]
    assert alert.submitted_at and alert.accepted_at and alert.made_at
    assert alert.submitted_at <= alert.made_at

    publish(cluster, decision(1, SECOND, revision=2))  # the paper named the wrong company
    assert sorted(steps(told(cluster, 2))) == sorted(
        [(FIRST, "cleared", "penalised", "clear"), (SECOND, "penalised", "clear", "penalised")]
    )

    recognition = Recognition(
        authority=AUTHORITY,
        document_no="虚环罚〔2026〕1号",
        stage="decided",
        recognition_no="虚认〔2026〕1号",
        date=today().isoformat(),
    )
    publish(cluster, recognition)
    (listed,) = told(cluster, 1)
    assert steps([listed]) == [(SECOND, "listed", "penalised", "listed")]
    assert listed.supersedes == f"{SECOND}/1/{BANK}"
    assert listed.reasons[0].recognition_no == "虚认〔2026〕1号"

    publish(cluster, decision(2, FIRST))
    assert steps(told(cluster, 1)) == [(FIRST, "penalised", "clear", "penalised")]

    last_day = listed.reasons[0].last_published_day
    assert last_day
    day_comes(cluster, last_day + timedelta(days=30))  # a month in which nobody wrote a day
    passed = told(cluster, 2)
    assert sorted(steps(passed)) == sorted(
        [(FIRST, "cleared", "penalised", "clear"), (SECOND, "amended", "listed", "listed")]
    )
    assert {alert.day for alert in passed} == {last_day + timedelta(days=1)}, "each step has its own day"


def test_a_restarted_worker_knows_the_list_the_day_and_who_was_told(cluster: Settings) -> None:
    """Goes on where the first test ended: the list is restored from its topic by another worker."""
    with Workers(Worker("life-2", STAGES, cluster)):
        publish(
            cluster,
            Revocation(
                authority=AUTHORITY,
                document_no="虚环罚〔2026〕1号",
                revoked_date=today().isoformat(),
                reason="行政复议决定撤销",
            ),
        )
        (cleared,) = told(cluster, 1)
        assert steps([cleared]) == [(SECOND, "cleared", "listed", "clear")]
        assert cleared.day > today() + timedelta(days=200), "the list's day does not go back to the calendar's"


def test_a_watch_on_a_listed_company_is_answered_with_its_state(cluster: Settings) -> None:
    publish(
        cluster,
        decision(3, QUIET),
        Recognition(
            authority=AUTHORITY,
            document_no="虚环罚〔2026〕3号",
            stage="decided",
            recognition_no="虚认〔2026〕3号",
            date=today().isoformat(),
        ),
    )
    with Bank(BANK, cluster) as bank:
        assert eventually(lambda: (entry := bank.entry(QUIET)) and entry.level == "listed", timeout_s=20)
        bank.watch([QUIET])
    (current,) = told(cluster, 1)
    assert steps([current]) == [(QUIET, "current", "listed", "listed")]
    with Bank(BANK, cluster) as bank:
        assert bank.watch([QUIET]).writes == 0
