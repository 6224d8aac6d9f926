"""An agency on a real broker with the real standardise: each event has its own receipt, and errors name their mend."""

from collections.abc import Iterator

import pytest
from confluent_kafka import Producer

from liancheng.errors import UnavailableError, WrongUseError
from liancheng.intake.document_ids import event_key
from liancheng.records import topics
from liancheng.records.events import Decision
from liancheng.records.facts import Receipt
from liancheng.settings import Settings
from producers import Agency, NotAnsweredError, NotPublishedError
from producers.receipts import Reader, ends, read
from stream_apps.standardise import Standardise
from tests.stream.toy import committed, running, worker
from tests.unit.makers import decision, recognition, revocation, uscc
from transport import admin
from transport.tables import read_until

PROVINCE, SILENT, ABSENT = "510000", "520000", "530000"
MANY = 10_000


@pytest.fixture(scope="module")
def cluster(fresh_cluster: Settings) -> Iterator[Settings]:
    """A broker with two provinces and standardise on it; nobody has yet made the topics of the third."""
    admin.ensure_shared_topics(fresh_cluster)
    for province in (PROVINCE, SILENT):
        admin.add_province(fresh_cluster, province)
    with running(Standardise(), worker(fresh_cluster)):
        yield fresh_cluster


@pytest.fixture
def agency(cluster: Settings) -> Iterator[Agency]:
    with Agency(PROVINCE, cluster) as one:
        yield one


def about(number: int, **changed: object) -> Decision:
    return decision(**{"document_no": f"沪虚环罚〔2024〕{number}号", "uscc": uscc(number)} | changed)


def receipts_of(settings: Settings, topic: str, partition: int, until: int) -> list[Receipt]:
    return [read(message) for part in read_until(settings, {(topic, partition): until}) for message in part]


def outcomes(found: list[Receipt]) -> list[str]:
    return [receipt.submission.outcome for receipt in found]


def test_each_submission_has_its_own_receipt(agency: Agency) -> None:
    sent = [
        about(1),
        about(1),
        about(1, revision=3, fine_wan="2"),
        about(1, revision=2),
        about(1, revision=3, fine_wan="7"),
        about(2, uscc="91340422MA***0D75(1-1)"),
    ]
    tickets = [agency.publish(event) for event in sent]
    found = agency.wait_all(tickets)
    assert outcomes(found) == ["accepted", "duplicate", "accepted", "stale", "refused", "refused"]
    for ticket, receipt in zip(tickets, found, strict=True):
        assert (receipt.submission.partition, receipt.submission.offset) == ticket.place
        assert receipt.submission.event_id == ticket.event_id
        assert ticket.receipt == receipt


def test_tickets_may_be_waited_for_in_any_order_and_twice(agency: Agency) -> None:
    tickets = [agency.publish(about(number)) for number in range(10, 20)]
    found = [agency.wait(ticket) for ticket in reversed(tickets)]
    assert [receipt.submission.event_id for receipt in found] == [ticket.event_id for ticket in reversed(tickets)]
    assert agency.wait_all(tickets) == found[::-1]
    late = agency.publish(about(20))
    assert agency.wait(late).submission.event_id == late.event_id


def test_receipts_of_other_agencies_are_not_taken_for_ones_own(cluster: Settings, agency: Agency) -> None:
    with Agency(PROVINCE, cluster) as other:
        theirs = [other.publish(about(number)) for number in range(30, 40)]
        mine = [agency.publish(about(number)) for number in range(30, 40)]
        both = [*agency.wait_all(mine), *other.wait_all(theirs)]
    assert len({(one.submission.partition, one.submission.offset) for one in both}) == 20
    assert sorted(outcomes(both)) == ["accepted"] * 10 + ["duplicate"] * 10


def test_a_record_lies_where_its_document_does_with_the_attributes_of_cloudevents(
    cluster: Settings, agency: Agency
) -> None:
    ticket = agency.publish(about(50))
    assert not ticket.is_on_topic
    agency.flush()
    assert ticket.place is not None
    record = next(
        message
        for message in committed(cluster, topics.PENALTY_EVENTS.named(PROVINCE), 3)
        if (message.partition(), message.offset()) == ticket.place
    )
    key = event_key(PROVINCE, about(50))
    headers = dict(record.headers() or [])
    assert (record.key() or b"").decode() == key
    assert headers["ce_type"] == b"cn.liancheng.decision"
    assert headers["ce_source"] == f"/provinces/{PROVINCE}".encode()
    assert headers["ce_id"].decode() == ticket.event_id == f"{key}/decision/1"


def test_the_table_has_the_last_receipt_of_each_document(agency: Agency) -> None:
    event = about(60)
    number = {"document_no": event.document_no}
    steps = [event, recognition(**number), revocation(**number)]
    agency.wait_all([agency.publish(step) for step in steps])
    receipt = agency.receipts()[event_key(PROVINCE, event)]
    assert receipt.submission.type == "revocation"
    assert receipt.document is not None
    assert receipt.document.version == 3


def test_ten_thousand_events_twice(cluster: Settings) -> None:
    seen = []
    for expected in ("accepted", "duplicate"):
        with Agency(PROVINCE, cluster) as agency:
            tickets = [agency.publish(about(number)) for number in range(1000, 1000 + MANY)]
            progress: list[int] = []
            found = agency.wait_all(tickets, 20, progress.append)
        assert set(outcomes(found)) == {expected}
        assert sum(progress) == MANY
        seen.append([receipt.submission.event_id for receipt in found])
    assert seen[0] == seen[1]
    assert len(set(seen[0])) == MANY


def test_a_full_queue_is_waited_for(cluster: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def narrow(settings: Settings) -> Producer:
        return producer(settings, queue_buffering_max_messages=10)

    from producers import agency as module
    from transport.clients import producer

    monkeypatch.setattr(module, "producer", narrow)
    with Agency(PROVINCE, cluster) as agency:
        found = agency.wait_all([agency.publish(about(number)) for number in range(100, 400)])
    assert len(found) == 300


def test_who_does_not_wait_keeps_nothing(agency: Agency) -> None:
    for number in range(500, 520):
        agency.publish(about(number))
    agency.flush()
    assert len(agency._unanswered) == 0


def test_what_is_not_answered_in_time_can_be_waited_for_later(cluster: Settings) -> None:
    """A ticket of an event that nobody answers, beside one that is answered."""
    with Agency(PROVINCE, cluster) as agency:
        answered, dumb = agency.publish(about(600)), agency.publish(about(601))
        agency.wait_all([answered, dumb])
        dumb.receipt, dumb.place = None, (0, 10**9)
        with pytest.raises(NotAnsweredError, match="1 of 2 events are not answered yet") as raised:
            agency.wait_all([answered, dumb], 0.3)
    assert raised.value.receipts == [answered.receipt]


def test_an_event_about_a_person_or_too_large_is_not_sent(cluster: Settings) -> None:
    before = ends(cluster, SILENT)
    with Agency(SILENT, cluster) as agency:
        with pytest.raises(NotPublishedError, match="natural person") as raised:
            agency.publish(decision(subject_category="自然人", name="张虚构"))
        with pytest.raises(NotPublishedError, match=r"12\d{5} bytes', expected 900000 at most"):
            agency.publish(decision(facts="长" * 400_000))
    assert "张虚构" not in str(raised.value)
    assert committed(cluster, topics.PENALTY_EVENTS.named(SILENT), 3) == []
    assert ends(cluster, SILENT) == before


def test_a_reader_starts_where_it_is_told(cluster: Settings, agency: Agency) -> None:
    start = ends(cluster, PROVINCE)
    receipt = agency.wait(agency.publish(about(700)))
    reader = Reader(cluster, PROVINCE, start)
    try:
        found: list[Receipt] = []
        while receipt not in found:
            found += reader.next(10)
    finally:
        reader.close()
    topic = topics.RECEIPTS.named(PROVINCE)
    before = [one for partition in range(3) for one in receipts_of(cluster, topic, partition, start[topic, partition])]
    assert not [one for one in found if one in before]


def test_a_province_that_is_not_there_is_named(cluster: Settings) -> None:
    with pytest.raises(WrongUseError, match=r"unknown province '530000'.*`liancheng province add 530000`"):
        Agency(ABSENT, cluster)


def test_no_broker_is_one_line() -> None:
    with pytest.raises(UnavailableError, match=r"no Kafka broker answers at 127\.0\.0\.1:1"):
        Agency(PROVINCE, Settings(bootstrap_servers="127.0.0.1:1"))


def test_events_that_do_not_arrive_are_an_error_of_one_line(cluster: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sent to a topic that is not there, they time out as they do when the broker has gone."""
    from producers import agency as module
    from transport.clients import producer

    monkeypatch.setattr(module, "producer", lambda settings: producer(settings, message_timeout_ms=300))
    with (
        pytest.raises(UnavailableError, match="2 events did not arrive, publish again") as raised,
        Agency(PROVINCE, cluster) as agency,
    ):
        agency.topic = "penalty-events.nowhere"
        tickets = [agency.publish(about(800)), agency.publish(about(801))]
        agency.wait_all(tickets)
    assert "\n" not in str(raised.value)
