"""Long poll and stream: the same alerts as the SDK's, whatever dies, and nobody else's."""

import threading
from collections.abc import Iterator
from itertools import islice

import httpx
import pytest
from msgspec.structs import replace

from liancheng import codec
from liancheng.records import topics
from liancheng.settings import Settings
from supervision.worker import Worker, answers
from tests.bank_material import alert
from tests.delivery.conftest import known_client
from tests.delivery.material import AlertWriter, by_polling, by_sdk, events, numbers
from tests.eventually import eventually
from tests.service.serving import client, new_key
from transport.table_writer import TableRecord, write


def test_long_poll_gives_the_bytes_of_the_sdk_page_by_page(
    cluster: Settings, bank: str, writer: AlertWriter, asked: httpx.Client
) -> None:
    for first in range(1, 100, 7):
        writer.put(range(first, first + 5), commit=False)
        writer.put(range(first, first + 7))
    expected = by_sdk(cluster, bank)
    assert numbers(expected) == list(range(1, 106))
    for size in (1, 10, 1000):
        assert by_polling(asked, limit=size) == expected
    raw = asked.get("/v1/alerts", params={"from": 100, "limit": 2}).content
    assert raw == b'{"alerts":[%b,%b],"next":102,"last":105}' % (expected[99], expected[100])


def test_long_poll_waits_for_the_next_one(bank: str, writer: AlertWriter, asked: httpx.Client) -> None:
    writer.put([1, 2])
    answer = asked.get("/v1/alerts", params={"from": 3, "wait": 0})
    assert answer.json() == {"alerts": [], "next": 3, "last": 2}
    assert answer.headers.get_list("cache-control") == ["no-store"]
    found: list[httpx.Response] = []
    waiting = threading.Thread(target=lambda: found.append(asked.get("/v1/alerts", params={"from": 3, "wait": 30})))
    waiting.start()
    assert not found
    writer.put([3])
    waiting.join(20)
    assert [one["number"] for one in found[0].json()["alerts"]] == [3]


def test_a_stream_goes_on_from_history_into_what_comes(
    cluster: Settings, bank: str, writer: AlertWriter, asked: httpx.Client
) -> None:
    writer.put(range(1, 1001))
    with asked.stream("GET", "/v1/alerts/stream") as answer:
        coming = events(answer)
        assert next(coming) == {"retry": "2000"}
        got = list(islice(coming, 1000))
        for number in range(1001, 1301):
            writer.put([number])
        got += islice(coming, 300)
    assert [one["id"] for one in got] == [str(number) for number in range(1, 1301)]
    assert {one["event"] for one in got} == {"alert"}
    assert [one["data"].encode() for one in got] == by_sdk(cluster, bank)


def test_last_event_id_goes_before_from(writer: AlertWriter, asked: httpx.Client) -> None:
    writer.put(range(1, 10))
    for headers, first in (({}, "3"), ({"Last-Event-ID": "6"}, "7"), ({"Last-Event-ID": ""}, "3")):
        with asked.stream("GET", "/v1/alerts/stream", params={"from": 3}, headers=headers) as answer:
            assert list(islice(events(answer), 2))[1]["id"] == first


@pytest.mark.parametrize("wrong", ["x", "-1", "1.5", "٣", "9" * 400, "5\t6"])
def test_a_last_event_id_that_is_no_number_is_refused(asked: httpx.Client, wrong: str) -> None:
    answer = asked.get("/v1/alerts/stream", headers={"Last-Event-ID": wrong.encode()})
    assert answer.status_code == 400
    assert "Last-Event-ID: expected the number" in answer.json()["detail"]


def test_text_of_an_alert_cannot_begin_an_event(
    cluster: Settings, bank: str, writer: AlertWriter, asked: httpx.Client
) -> None:
    evil = "虚构\n\nid: 99\nevent: end\rdata: x\u2028"
    made = replace(alert(1, bank), name=evil)
    write(cluster, [TableRecord(topics.BANK_ALERTS.named(bank), b"k", codec.encode(made), [], 0)])
    writer.put([2])
    with asked.stream("GET", "/v1/alerts/stream") as answer:
        got = list(islice(events(answer), 3))
    assert [one.get("id") for one in got] == [None, "1", "2"]
    assert codec.decoder(dict).decode(got[1]["data"])["name"] == evil


def test_killed_again_and_again_the_service_misses_nothing(
    cluster: Settings, bank: str, writer: AlertWriter, asked: httpx.Client, service: Worker
) -> None:
    """The listener comes again with the id of its last event, as every EventSource does."""
    got: list[bytes] = []
    for round_ in range(3):
        writer.put(range(round_ * 500 + 1, round_ * 500 + 501))
        last = str(len(got)) if got else ""
        with asked.stream("GET", "/v1/alerts/stream", headers={"Last-Event-ID": last}) as answer:
            try:
                for one in events(answer):
                    if one.get("event") == "alert":
                        got.append(one["data"].encode())
                        if len(got) == round_ * 500 + 250:
                            service.kill()
            except httpx.RemoteProtocolError:
                pass
        service.start()
        eventually(lambda: answers(service.address), 40, what="the service is back")
    assert len(got) >= 1250
    with asked.stream("GET", "/v1/alerts/stream", headers={"Last-Event-ID": str(len(got))}) as answer:
        got += (one["data"].encode() for one in islice(events(answer), 1, 1501 - len(got)))
    assert got == by_sdk(cluster, bank)
    assert by_polling(asked) == got


def test_each_bank_gets_its_own_alerts_only(
    cluster: Settings, bank: str, writer: AlertWriter, asked: httpx.Client
) -> None:
    other = AlertWriter(cluster, f"{bank}-other")
    with known_client(cluster, new_key(cluster, other.bank)) as foreign:
        writer.put([1, 2])
        other.put([1])
        assert {one["bank"] for one in asked.get("/v1/alerts").json()["alerts"]} == {bank}
        assert {one["bank"] for one in foreign.get("/v1/alerts").json()["alerts"]} == {other.bank}
        asked.put("/v1/webhooks/mine", json={"url": "https://alerts.bank.example/"}).raise_for_status()
        assert foreign.get("/v1/webhooks/mine").status_code == 404
        assert foreign.delete("/v1/webhooks/mine").status_code == 404
        assert foreign.post("/v1/webhooks/mine/test").status_code == 404
        assert foreign.get("/v1/webhooks").json() == {"webhooks": []}
        assert asked.delete("/v1/webhooks/mine").status_code == 204


def test_without_the_scope_no_alert_and_no_webhook(cluster: Settings, bank: str, asked: httpx.Client) -> None:
    with client(cluster, new_key(cluster, bank, "screen", "watch")) as screening:
        eventually(lambda: screening.get("/v1/alerts").status_code == 403, what="the key is known")
        for path in ("/v1/alerts/stream", "/v1/webhooks", "/v1/alerts/counts/2026-08-20"):
            assert screening.get(path).json()["type"] == "urn:liancheng:problem:scope-missing"
    with client(cluster, None) as nobody:
        for path in ("/v1/alerts", "/v1/alerts/stream", "/v1/webhooks", "/v1/alerts/counts/2026-08-20"):
            assert nobody.get(path).status_code == 401


def test_a_key_that_is_ended_ends_its_streams(
    cluster: Settings, bank: str, writer: AlertWriter, asked: httpx.Client
) -> None:
    writer.put([1])
    with asked.stream("GET", "/v1/alerts/stream") as answer:
        coming = events(answer)
        assert [one.get("id") for one in islice(coming, 2)] == [None, "1"]
        new_key(cluster, bank)
        (last,) = coming
    assert last["event"] == "end"
    assert codec.decoder(dict).decode(last["data"])["why"] == "key-ended"


def test_a_missing_alert_is_named_and_not_passed_over(bank: str, writer: AlertWriter, asked: httpx.Client) -> None:
    writer.put([1, 2, 5, 6])
    assert asked.get("/v1/alerts").json()["next"] == 3
    problem = asked.get("/v1/alerts", params={"from": 3})
    assert (problem.status_code, problem.json()["first"], problem.json()["last"]) == (409, 3, 4)
    assert asked.get("/v1/alerts", params={"from": 5}).json()["next"] == 7
    with asked.stream("GET", "/v1/alerts/stream") as answer:
        *_, last = events(answer)
    told = codec.decoder(dict).decode(last["data"])
    assert (told["why"], told["next"]) == ("alerts-missing", 3)


def test_a_slow_listener_is_told_and_let_go_and_keeps_nobody_waiting(
    bank: str, writer: AlertWriter, asked: httpx.Client
) -> None:
    """It had caught up and then reads nothing, while another listener of the same bank has all of ten thousand."""
    total = 10_000
    writer.put([1])
    with asked.stream("GET", "/v1/alerts/stream") as sleeping, asked.stream("GET", "/v1/alerts/stream") as awake:
        slow, quick = events(sleeping), events(awake)
        assert [one.get("id") for one in islice(slow, 2)] == [None, "1"]
        assert [one.get("id") for one in islice(quick, 2)] == [None, "1"]
        for first in range(2, total, 100):
            writer.put(range(first, first + 100))
            assert [int(one["id"]) for one in islice(quick, 100)] == list(range(first, first + 100))
        *came, last = slow
    told = codec.decoder(dict).decode(last["data"])
    assert (last["event"], told["why"]) == ("end", "slow")
    assert [int(one["id"]) for one in came] == list(range(2, told["next"]))
    assert told["next"] < total


def test_a_bank_has_so_many_streams_and_no_more(writer: AlertWriter, asked: httpx.Client) -> None:
    writer.put([1])

    def opened() -> Iterator[int]:
        with asked.stream("GET", "/v1/alerts/stream") as answer:
            yield answer.status_code

    streams = [opened() for _ in range(4)]
    assert [next(stream) for stream in streams] == [200, 200, 200, 429]
    for stream in streams:
        next(stream, None)
    eventually(lambda: list(opened()) == [200], what="streams that were closed are given back")


def test_the_service_stops_at_once_although_somebody_listens(
    cluster: Settings, bank: str, writer: AlertWriter, asked: httpx.Client, service: Worker
) -> None:
    writer.put([1])
    try:
        with asked.stream("GET", "/v1/alerts/stream") as answer:
            coming = events(answer)
            assert [one.get("id") for one in islice(coming, 2)] == [None, "1"]
            service.request_stop()
            (last,) = coming
        assert codec.decoder(dict).decode(last["data"])["why"] == "stopping"
        eventually(lambda: service.pid is None, 8, what="it stops before its patience ends")
    finally:
        service.kill()
        service.start()
        eventually(lambda: answers(service.address), 40)
