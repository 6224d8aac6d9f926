"""Watches over HTTP: one by one, in rows, a whole book at once; one change of a book at a time."""

import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import httpx
import pytest

from consumers.books import book
from consumers.books.book import BookTakenError
from consumers.books.watchlist import BookChange, replacing, watches_of
from consumers.sdk import Bank, WatchRow
from consumers.sdk.http_book import HttpBook, line_of
from liancheng.records.alerts import CustomerReference, Filters, Watch
from liancheng.settings import Settings
from supervision.worker import Worker
from tests import doors
from tests.bank_material import uscc
from tests.command import liancheng, the_error
from tests.eventually import eventually
from tests.service.serving import client, new_key, running_api, with_api
from transport import admin

CSV = {"Content-Type": "text/csv; charset=utf-8"}
NDJSON = {"Content-Type": "application/x-ndjson"}
_banks = (f"watcher-{number}" for number in count(1))


@pytest.fixture(scope="module")
def service(fresh_cluster: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    admin.ensure_shared_topics(fresh_cluster)
    settings = with_api(fresh_cluster, tmp_path_factory.mktemp("api"))
    with running_api(settings):
        yield settings


@pytest.fixture
def bank(service: Settings) -> str:
    return next(_banks)


@pytest.fixture
def http(service: Settings, bank: str) -> Iterator[httpx.Client]:
    key = new_key(service, bank, "watch")
    with client(service, key) as asking:
        eventually(lambda: asking.get("/v1/watches").status_code == 200, what="the key is known")
        yield asking


def of_bank(service: Settings, bank: str, http: httpx.Client) -> Settings:
    """Settings of the bank's own programs: HTTP with its key, and no broker."""
    key = http.headers["Authorization"].removeprefix("Bearer ")
    return service.model_copy(
        update={"api_key": type(service).model_validate({"api_key": key}).api_key, "bootstrap_servers": "127.0.0.1:1"}
    )


def lines(*rows: WatchRow) -> bytes:
    return b"".join(map(line_of, rows))


def page(http: httpx.Client) -> list[str]:
    return [watch["uscc"] for watch in http.get("/v1/watches").json()["watches"]]


def put_book(http: httpx.Client, body: bytes, upload: str, offset: int = 0, **headers: str) -> httpx.Response:
    query = {"upload": upload, "offset": offset}
    return http.put("/v1/watches", params=query, content=body, headers=NDJSON | headers)


def test_one_watch_is_put_read_and_ended(http: httpx.Client, service: Settings, bank: str) -> None:
    wish = {"references": [{"customer_ref": "K-2", "role": "guarantor"}, {"customer_ref": "K-1"}],
            "filters": {"min_level": "listed", "kinds": ["amended"], "provinces": ["310000"]}}  # fmt: skip
    done = http.put(f"/v1/watches/{uscc(1).lower()}", json=wish)
    assert done.status_code == 200, done.text
    wanted = Watch(
        uscc=uscc(1), bank=bank,
        references=(CustomerReference(customer_ref="K-1"), CustomerReference(customer_ref="K-2", role="guarantor")),
        filters=Filters(min_level="listed", kinds=("amended",), provinces=("310000",)),
    )  # fmt: skip
    assert book.read(service, bank) == {uscc(1): wanted}
    assert http.get(f"/v1/watches/{uscc(1)}").json() == done.json()
    assert http.put(f"/v1/watches/{uscc(1)}", json={}).json() == {"type": "watch", "uscc": uscc(1), "bank": bank}
    assert http.delete(f"/v1/watches/{uscc(1)}").status_code == 204
    assert http.get(f"/v1/watches/{uscc(1)}").status_code == 404
    assert (book.read(service, bank), http.delete(f"/v1/watches/{uscc(1)}").status_code) == ({}, 204)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"references": [{"role": "borrower"}]}, "customer_ref"),
        ({"filters": {"min_level": "clear"}}, "min_level"),
        ({"filters": {"kinds": ["worse"]}}, "kinds"),
        ({"filters": {"provinces": ["31"]}}, "filters.provinces: found '31'"),
        ({"reference": []}, "reference"),
    ],
)
def test_a_wrong_wish_is_refused_with_its_place(http: httpx.Client, body: object, detail: str) -> None:
    done = http.put(f"/v1/watches/{uscc(1)}", json=body)
    assert (done.status_code, done.json()["type"]) == (400, "urn:liancheng:problem:bad-request")
    assert detail in done.json()["detail"]
    assert http.put("/v1/watches/91X", json={}).json()["type"] == "urn:liancheng:problem:bad-uscc"


def test_a_bank_sees_its_own_watches_alone_and_needs_the_scope(
    http: httpx.Client, service: Settings, bank: str
) -> None:
    other = next(_banks)
    with client(service, new_key(service, other, "watch")) as theirs:
        eventually(lambda: theirs.get("/v1/watches").status_code == 200, what="the key is known")
        for asking in (http, theirs):
            assert asking.put(f"/v1/watches/{uscc(5)}", json={}).status_code == 200
        http.put(f"/v1/watches/{uscc(6)}", json={})
        assert page(theirs) == [uscc(5)]
        assert theirs.get(f"/v1/watches/{uscc(6)}").status_code == 404
        theirs.delete(f"/v1/watches/{uscc(5)}")
        assert page(http) == sorted([uscc(5), uscc(6)])
    with client(service, new_key(service, next(_banks), "screen")) as screening:
        denied = eventually(lambda: screening.get("/v1/watches").json()["type"].endswith("scope-missing"))
        assert denied


def test_rows_are_added_and_the_refused_ones_named(http: httpx.Client, service: Settings, bank: str) -> None:
    text = f"统一社会信用代码,客户编号,角色,最低级别\n{uscc(1)},K-1,担保人,拟认定\n91X,K-2,,\n{uscc(2)},,,\n"
    done = http.post("/v1/watches", content=text.encode("gb18030"), headers={"Content-Type": "text/csv; charset=GBK"})
    told = done.json()
    assert {name: told[name] for name in ("added", "changed", "removed", "unchanged")} == {
        "added": 1, "changed": 0, "removed": 0, "unchanged": 0,
    }  # fmt: skip
    assert [(row["line"], row["findings"][0]["field"]) for row in told["refused"]] == [(3, "uscc"), (4, "customer_ref")]
    assert book.read(service, bank)[uscc(1)].filters == Filters(min_level="candidate")
    again = http.post("/v1/watches", content=lines(WatchRow(uscc(1), "K-9"), WatchRow(uscc(2))), headers=NDJSON).json()
    assert (again["added"], again["changed"]) == (1, 1)
    gone = http.post("/v1/watches?remove=true", content=lines(WatchRow(uscc(2))), headers=NDJSON).json()
    assert (gone["removed"], page(http)) == (1, [uscc(1)])
    assert http.post("/v1/watches", content=b"x", headers={"Content-Type": "text/html"}).status_code == 415


def test_the_book_comes_in_pages(http: httpx.Client, service: Settings, bank: str) -> None:
    rows = [WatchRow(uscc(number), f"K-{number}") for number in range(25)]
    http.post("/v1/watches", content=lines(*rows), headers=NDJSON)
    seen, after = [], ""
    while after is not None:
        found = http.get("/v1/watches", params={"after": after, "limit": 10}).json()
        seen.append([watch["uscc"] for watch in found["watches"]])
        after = found.get("next")
    assert [len(part) for part in seen] == [10, 10, 5]
    assert [one for part in seen for one in part] == sorted(row.uscc for row in rows)


def test_a_whole_book_is_replaced_with_the_fewest_writes(http: httpx.Client, service: Settings, bank: str) -> None:
    first = [WatchRow(uscc(number), f"K-{number}") for number in range(50)]
    told = put_book(http, lines(*first), "january1").json()
    assert (told["state"], told["rows"], told["added"], told["written"]) == ("done", 50, 50, 50)
    second = [*first[10:], WatchRow(uscc(99), "K-99"), WatchRow(uscc(49), "K-49", "guarantor")]
    told = put_book(http, lines(*second), "february").json()
    assert {name: told.get(name, 0) for name in ("added", "changed", "removed", "unchanged", "written")} == {
        "added": 1, "changed": 1, "removed": 10, "unchanged": 39, "written": 12,
    }  # fmt: skip
    assert book.read(service, bank) == watches_of(bank, second)
    again = put_book(http, lines(*reversed(second)), "february2").json()
    assert (again.get("written", 0), again["unchanged"]) == (0, 41)


def test_nothing_is_removed_while_a_row_is_refused_nor_by_a_book_without_rows(
    http: httpx.Client, service: Settings
) -> None:
    put_book(http, lines(WatchRow(uscc(1), "K-1"), WatchRow(uscc(2), "K-2")), "whole-book")
    told = put_book(http, lines(WatchRow(uscc(3), "K-3")) + b'{"uscc":"91X"}\n', "with-a-refused-row").json()
    assert (told["added"], told["refused"], told.get("removed", 0)) == (1, 1, 0)
    refused = http.get("/v1/watches/uploads/with-a-refused-row/refused").json()["refused"]
    assert [(row["line"], row["findings"][0]["field"]) for row in refused] == [(2, "uscc")]
    assert put_book(http, b"", "without-rows").status_code == 400
    assert put_book(http, b'{"uscc":"91X"}\n', "only-refused").status_code == 400
    assert page(http) == sorted([uscc(1), uscc(2), uscc(3)])


def broken_put(settings: Settings, http: httpx.Client, body: bytes, upload: str, sent: int) -> None:
    """A connection that breaks after so many bytes of the body, once some of them were written down."""

    def written_down() -> bool:
        found = http.get(f"/v1/watches/uploads/{upload}").json()
        return bool(found.get("lines", 0) >= 5_000)

    host, port = settings.api_url.removeprefix("http://").split(":")
    head = (
        f"PUT /v1/watches?upload={upload} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-ndjson\r\n"
        f"Authorization: {http.headers['Authorization']}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((host, int(port))) as wire:
        wire.sendall(head.encode() + body[:sent])
        eventually(written_down, what="5,000 lines were written down")


def test_a_broken_upload_changes_nothing_and_goes_on_where_it_broke(
    http: httpx.Client, service: Settings, bank: str
) -> None:
    put_book(http, lines(WatchRow(uscc(500), "K-500")), "standing-book")
    rows = [WatchRow(uscc(number % 1000), f"K-{number}") for number in range(12_000)]
    body = lines(*rows)
    broken_put(service, http, body, "broken-upload", len(body) * 9 // 10)
    assert page(http) == [uscc(500)]
    wrong = put_book(http, body[7:], "broken-upload", 7)
    assert (wrong.status_code, wrong.json()["type"]) == (409, "urn:liancheng:problem:upload-offset")
    offset = wrong.json()["offset"]
    assert 0 < offset <= len(body) * 9 // 10
    told = put_book(http, body[offset:], "broken-upload", offset).json()
    assert (told["state"], told["rows"], told["lines"]) == ("done", 12_000, 12_000)
    assert book.read(service, bank) == watches_of(bank, rows)
    once_more = put_book(http, b"", "broken-upload", len(body)).json()
    assert once_more == told, "who did not hear the answer asks again"


def test_the_sdk_takes_an_upload_up_that_another_process_began(
    http: httpx.Client, service: Settings, bank: str
) -> None:
    rows = [WatchRow(uscc(number % 1000), f"K-{number}") for number in range(12_000)]
    with Bank(bank, of_bank(service, bank, http), channel="http") as subscriber:
        own = HttpBook(subscriber.settings, bank)
        from consumers.sdk import http_book

        broken_put(service, http, lines(*rows), http_book._digest(rows), 600_000)
        sent: list[int] = []
        assert own.replace(rows, resume=True, sent=sent.append) == BookChange(added=1000)
        assert subscriber.book() == book.read(service, bank) == watches_of(bank, rows)
        assert subscriber.replace_book(rows) == BookChange(unchanged=1000)
        assert subscriber.watch([uscc(1), WatchRow(uscc(2), "new")]) == BookChange(changed=1, unchanged=1)
        assert subscriber.unwatch([uscc(3)]) == BookChange(removed=1)
        own.close()


def test_two_replaces_at_once_leave_exactly_one_of_both_books(http: httpx.Client, service: Settings, bank: str) -> None:
    books = [[WatchRow(uscc(number), f"{name}-{number}") for number in range(400)] for name in ("one", "two")]

    def put(number: int) -> int:
        return put_book(http, lines(*books[number % 2]), f"at-once-{number}").status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(put, range(8)))
    assert set(statuses) <= {200, 409} and 200 in statuses
    assert book.read(service, bank) in [watches_of(bank, rows) for rows in books]


def test_the_office_and_the_service_fence_each_other_and_both_books_stay_whole(
    http: httpx.Client, service: Settings, bank: str
) -> None:
    """The office takes the book, the service changes it meanwhile: the office's older plan is refused."""
    http.put(f"/v1/watches/{uscc(1)}", json={})
    office = book.TakenBook(service, bank)
    plan = replacing(office.watches, watches_of(bank, [WatchRow(uscc(7), "K-7")]))
    assert http.put(f"/v1/watches/{uscc(2)}", json={}).status_code == 200
    with pytest.raises(BookTakenError, match="another change of the book has begun"):
        office.apply(plan)
    assert page(http) == sorted([uscc(1), uscc(2)])
    office = book.TakenBook(service, bank)
    office.apply(replacing(office.watches, watches_of(bank, [WatchRow(uscc(7), "K-7")])))
    assert http.put(f"/v1/watches/{uscc(8)}", json={}).status_code == 200, "the service begins anew by itself"
    assert page(http) == sorted([uscc(7), uscc(8)])


def test_a_service_killed_while_it_writes_a_book_makes_the_rest_when_asked_again(
    fresh_cluster: Settings, tmp_path: Path
) -> None:
    bank = next(_banks)
    admin.ensure_shared_topics(fresh_cluster)
    settings = with_api(fresh_cluster, tmp_path)
    key = new_key(settings, bank, "watch")
    body = lines(*(WatchRow(uscc(number), "K") for number in range(30_000)))
    with running_api(settings) as service, client(settings, key) as asking:
        eventually(lambda: asking.get("/v1/watches").status_code == 200)
        killer = threading.Thread(target=_kill_when_writing, args=(service, settings, key))
        killer.start()
        with pytest.raises(httpx.TransportError):
            put_book(asking, body, "killed-upload")
        killer.join()
    assert len(book.read(settings, bank)) < 30_000
    with running_api(settings), client(settings, key) as asking:
        eventually(lambda: asking.get("/v1/watches").status_code == 200)
        half = asking.get("/v1/watches/uploads/killed-upload").json()
        assert half["state"] == "applying"
        told = put_book(asking, b"", "killed-upload", half["offset"]).json()
        assert (told["state"], told["added"] + told.get("unchanged", 0)) == ("done", 30_000)
    assert len(book.read(settings, bank)) == 30_000


def _kill_when_writing(service: Worker, settings: Settings, key: str) -> None:
    with client(settings, key) as asking:

        def writing() -> bool:
            found = asking.get("/v1/watches/uploads/killed-upload")
            return found.status_code == 200 and found.json()["state"] == "applying"

        eventually(writing, 30, every_s=0.01)
        service.kill()


def test_the_command_of_a_bank_needs_its_key_and_no_broker(
    http: httpx.Client, service: Settings, bank: str, tmp_path: Path
) -> None:
    file = tmp_path / "book.csv"
    rows = "".join(f"{uscc(number)},K-{number},,listed\n" for number in range(30))
    file.write_text(f"uscc,customer_ref,role,min_level\n{rows}", "utf-8")
    key = http.headers["Authorization"].removeprefix("Bearer ")
    env = {"LIANCHENG_API_URL": service.api_url, "LIANCHENG_API_KEY": key, "LIANCHENG_BOOTSTRAP_SERVERS": "127.0.0.1:1"}

    def change(*words: str) -> dict[str, object]:
        done = liancheng("watch", str(file), "--bank", bank, "--json", *words, env=env)
        assert done.returncode == 0, done.stderr
        return {name: count for name, count in json.loads(done.stdout).items() if count and name != "bank"}

    assert change("--dry-run", "--replace") == {"added": 30, "dry_run": True}
    assert change("--replace", "--resume") == {"added": 30}
    assert change("--replace", "--resume") == {"unchanged": 30}
    assert {watch.filters for watch in book.read(service, bank).values()} == {Filters(min_level="listed")}
    file.write_text(f"uscc,customer_ref\n{uscc(3)},K-3\n{uscc(40)},K-40\n", "utf-8")
    assert change() == {"added": 1, "unchanged": 1}
    assert change("--remove") == {"removed": 2}
    assert page(http) == sorted(uscc(number) for number in range(30) if number != 3)
    other = liancheng("watch", str(file), "--bank", "bank-other", env=env)
    assert the_error(other) == f"LIANCHENG_API_KEY: found a key of {bank}, expected one of bank-other"
    env["LIANCHENG_API_KEY"] = "lc_" + bank + "_00000000_" + "0" * 64
    assert "This key is not valid" in the_error(liancheng("watch", str(file), "--bank", bank, env=env))


def test_a_bad_file_gets_one_answer_and_a_book_that_shrinks_needs_a_yes(
    http: httpx.Client, service: Settings, bank: str, tmp_path: Path
) -> None:
    key = http.headers["Authorization"].removeprefix("Bearer ")
    env = {"LIANCHENG_API_URL": service.api_url, "LIANCHENG_API_KEY": key, "LIANCHENG_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    path = doors.FOLDER / "open-quote.csv"
    done = liancheng("watch", str(path), "--bank", bank, "--json", env=env)
    refused, counts = map(json.loads, done.stdout.splitlines())
    assert (done.returncode, counts["added"], refused["line"]) == (2, 3, 3)
    posted = http.post("/v1/watches", content=path.read_bytes(), headers=CSV).json()
    assert (posted["unchanged"], posted["refused"]) == (3, [refused])
    workbook = (doors.FOLDER / "hidden-sheet.xlsx").read_bytes()
    assert http.post("/v1/watches", content=workbook, headers={"Content-Type": doors.XLSX}).json()["added"] == 1
    file = tmp_path / "book.csv"
    file.write_text(f"社会信用代码,客户编号\n{uscc(0)},K-0\n", "utf-8")
    words = ("watch", str(file), "--bank", bank, "--replace", "--json")
    assert "found a book that ends 3 of 4 watches" in the_error(liancheng(*words, env=env))
    shrunk = http.put("/v1/watches?upload=shrunk-book", content=file.read_bytes(), headers=CSV)
    assert (shrunk.status_code, shrunk.json()["type"]) == (409, "urn:liancheng:problem:book-shrinks")
    assert len(page(http)) == 4
    assert json.loads(liancheng(*words, "--yes", env=env).stdout)["removed"] == 3
    assert page(http) == [uscc(0)]


def test_the_document_has_the_routes(http: httpx.Client) -> None:
    document = http.get("/v1/openapi.json").json()
    assert {"/v1/watches", "/v1/watches/{uscc}", "/v1/watches/uploads/{upload}"} <= set(document["paths"])
    assert "Watch" in document["components"]["schemas"]
    assert json.dumps(document)
