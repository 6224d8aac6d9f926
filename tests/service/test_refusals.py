"""Who may not ask, what may not be asked, and that nothing is answered wrongly instead."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis

from consumers.reading import register
from consumers.view import layout
from liancheng.settings import Settings
from service.web import problems
from supervision.worker import answers
from tests.bank_material import uscc
from tests.eventually import eventually
from tests.local_valkey import running_valkey
from tests.service.serving import client, new_key
from tests.view.material import await_current

ROOT = Path(__file__).parents[2]
PATH = f"/v1/companies/{uscc(7)}"
BOOK = {"companies": [{"uscc": uscc(7)}]}


def slug(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == problems.MEDIA_TYPE, answer.text
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told["title"] and told["detail"]
    return str(told["type"].removeprefix(problems.TYPE))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "no-key"),
        ("", "no-key"),
        ("Basic bGM6eA==", "no-key"),
        ("Bearer", "no-key"),
        ("Bearer x", "key-refused"),
        (f"Bearer lc_bank-a_00000000_{'0' * 64}", "key-refused"),
        (f"Bearer lc_no-bank_00000000_{'0' * 64}", "key-refused"),
        ("Bearer " + "a" * 5000, "key-refused"),
    ],
)
@pytest.mark.parametrize("path", [PATH, "/v1/companies?name=x", "/v1/screenings", "/v1/screenings/stream"])
def test_without_a_right_key_nothing_is_answered(
    served: Settings, key: str, header: str | None, expected: str, path: str
) -> None:
    with client(served, None) as asked:
        headers = {} if header is None else {"Authorization": header}
        answer = (
            asked.post(path, json=BOOK, headers=headers) if "screenings" in path else asked.get(path, headers=headers)
        )
        assert (answer.status_code, slug(answer)) == (401, expected)
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_key_of_another_scope_is_refused(served: Settings) -> None:
    with client(served, new_key(served, "bank-scope", "watch")) as asked:
        answer = eventually(lambda: (found := asked.get(PATH)).status_code == 403 and found)
        assert (slug(answer), answer.json()["scope"]) == ("scope-missing", "screen")


def test_rotation_and_removal_end_keys_within_a_second(served: Settings) -> None:
    from datetime import timedelta

    first = new_key(served, "bank-leaves")
    with client(served, first) as old:
        eventually(lambda: old.get(PATH).status_code == 200)
        _, second = register.rotate_key(served, "bank-leaves", keep=timedelta(seconds=2))
        with client(served, second) as new:
            eventually(lambda: new.get(PATH).status_code == 200, 1)
            eventually(lambda: old.get(PATH).status_code == 401, 4)
            assert slug(old.get(PATH)) == "key-ended"
            register.remove_bank(served, "bank-leaves")
            eventually(lambda: new.get(PATH).status_code == 401, 1)
            assert slug(new.get(PATH)) == "key-refused"
    assert "bank-leaves" not in [bank.id for bank in register.banks(served)]
    back, _ = register.add_bank(served, "bank-leaves")
    assert (back.keys, back.removed_at) == ((), None)


def test_too_many_requests_are_told_when_to_come_again(served: Settings) -> None:
    register.add_bank(served, "bank-quick", requests_per_s=3)
    with client(served, register.rotate_key(served, "bank-quick")[1]) as asked:
        answer = eventually(lambda: (found := asked.get(PATH)).status_code == 429 and found, every_s=0.001)
        assert (slug(answer), answer.headers["retry-after"]) == ("too-many-requests", "1")
        eventually(lambda: asked.get(PATH).status_code == 200)


@pytest.mark.parametrize(
    "path", ["91000007MA00000001", "91000007MA0000000U%00", "..%2f..%2fetc", "%E8%99%9A", "' OR 1=1", "#", "x" * 3000]
)
def test_a_path_that_names_no_company(bank: httpx.Client, path: str) -> None:
    answer = bank.get(f"/v1/companies/{path}")
    assert answer.status_code in (400, 404)
    assert slug(answer) in ("bad-uscc", "not-found")


@pytest.mark.parametrize(
    "query",
    ["as_of=yesterday", "as_of=1900-01-01", "as_of=9999-12-31", "known_at=2026-08-20T09:00", "explain=fr", "known_at=x",
     "known_at=0001-01-01T00:00%2B14:00"],
)  # fmt: skip
def test_a_query_that_cannot_be_read(bank: httpx.Client, query: str) -> None:
    answer = bank.get(f"{PATH}?{query}")
    assert (answer.status_code, slug(answer)) == (400, "bad-request")


@pytest.mark.parametrize("query", ["", "?name=", f"?name={'x' * 201}", "?name=x&limit=0", "?name=x&limit=many"])
def test_a_name_that_cannot_be_searched(bank: httpx.Client, query: str) -> None:
    assert slug(bank.get(f"/v1/companies{query}")) == "bad-request"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"companies":{}}', b"\xff", b'{"companies":[' + b"[" * 100_000])
def test_a_body_that_is_no_book(bank: httpx.Client, body: bytes) -> None:
    answer = bank.post("/v1/screenings", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, slug(answer)) == (400, "bad-request")


def test_other_media_types_and_methods(bank: httpx.Client) -> None:
    for path in ("/v1/screenings", "/v1/screenings/stream"):
        assert slug(bank.post(path, content=b"<x/>", headers={"Content-Type": "text/xml"})) == "unsupported-media-type"
    answer = bank.delete(PATH)
    assert (slug(answer), answer.headers["allow"]) == ("method-not-allowed", "GET")
    assert slug(bank.get("/v1/nothing")) == "not-found"


@pytest.mark.parametrize("told", [True, False])
def test_a_body_that_is_too_large_is_not_read(bank: httpx.Client, told: bool) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(70):
            yield b" " * 65_536

    body: Any = b" " * 5_000_000 if told else pieces()
    answer = bank.post("/v1/screenings", content=body, headers={"Content-Type": "application/json"})
    assert (slug(answer), answer.json()["limit"]) == ("too-large", 4 * 2**20)


def raw(settings: Settings, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", settings.api_port), timeout=10) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_headers_cannot_be_smuggled_in(served: Settings, key: str) -> None:
    head = f"GET {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n".encode()
    assert raw(served, head + b"\r\n").startswith(b"HTTP/1.1 200")
    injected = raw(served, head + b"Request-Id: a%0d%0aEvil: 1\r\n\r\n")
    assert b"\r\nevil:" not in injected.lower() and b"a%0d%0a" not in injected
    assert raw(served, head + b"Request-Id: my-own.1\r\n\r\n").lower().count(b"\r\nrequest-id: my-own.1\r\n") == 1
    assert raw(served, b"GET / HTTP/1.1\r\nBroken\r\n\r\n").startswith(b"HTTP/1.1 400")


def test_an_old_view_does_not_answer(served: Settings, bank: httpx.Client, home: Path) -> None:
    """The same head, written long ago: as when its filler has died."""
    assert bank.get(PATH).status_code == 200
    with redis.Redis.from_url(served.redis_url) as held:
        filled: Any = held.hgetall(layout.KEY)
        head = layout.decode(filled[b"#"])
    assert head
    with running_valkey(home) as other, redis.Redis(port=other.port) as old:
        from tests.service.serving import running_api, with_api

        settings = with_api(served.model_copy(update={"redis_url": f"redis://{other.address}/0"}), home)
        with running_api(settings), client(settings, bank.headers["authorization"].split()[1]) as asked:
            assert slug(asked.get(PATH)) == "view-stale"
            assert asked.get(PATH).json()["rebuilding"] is True
            parts = tuple(layout.msgspec.structs.replace(part, current_ms=1_700_000_000_000) for part in head.parts)
            aged = layout.msgspec.structs.replace(head, parts=parts)
            old.hset(layout.KEY, mapping=filled | {b"#": layout.encode(aged)})
            for answer in (
                asked.get(PATH), asked.get("/v1/companies?name=x"), asked.post("/v1/screenings", json=BOOK),
                asked.post("/v1/screenings/stream", content=b"{}", headers={"Content-Type": "application/x-ndjson"}),
            ):  # fmt: skip
                assert (answer.status_code, slug(answer)) == (503, "view-stale")
                assert answer.json()["limit_s"] == 30 < answer.json()["age_s"]
                assert answer.headers["retry-after"] == "5"
            other.kill()
            assert slug(asked.get(PATH)) == "unavailable"


def test_a_service_that_was_killed_answers_as_before(served: Settings, home: Path, key: str) -> None:
    from tests.service.serving import running_api, with_api

    settings = with_api(served, home)
    with running_api(settings) as service, client(settings, key) as asked:
        before = asked.get(PATH).json()
        service.kill()
        service.start()
        eventually(lambda: answers(service.address) or service.pid is None, 60, what="the service is ready again")
        assert service.pid, service.exit_report()
        after = eventually(lambda: (found := asked.get(PATH)).status_code == 200 and found.json(), 30)
        assert after["receipt"].pop("signed_by") == before["receipt"].pop("signed_by"), "its key is on disk"
        assert {k: v for k, v in after.items() if k not in ("receipt", "position")} == {
            k: v for k, v in before.items() if k not in ("receipt", "position")
        }
        slow = asked.get("/v1/companies?name=x")
        assert slow.status_code == 200 or slug(slow) == "names-not-ready"
    mode = (settings.home / "api" / "signing-key.pem").stat().st_mode
    assert mode & 0o777 == 0o600


def test_the_log_says_who_and_what_route_and_no_secret(served: Settings, bank: httpx.Client, key: str) -> None:
    bank.get("/v1/companies", params={"name": "虚构秘密有限公司"})
    mark = bank.get(PATH).headers["request-id"]

    def line() -> str | None:
        lines = (served.home / "logs" / "api.log").read_text("utf-8").splitlines()
        return next((one for one in lines if mark in one), None)

    told = json.loads(eventually(line))
    assert (told["bank"], told["status"], told["route"]) == ("bank-a", 200, "/v1/companies/{uscc}")
    text = (served.home / "logs" / "api.log").read_text("utf-8")
    for secret in (key, key.rsplit("_", maxsplit=1)[-1], "虚构秘密", "%E8%99%9A", uscc(7)):
        assert secret not in text


def test_every_problem_is_on_its_page() -> None:
    page = (ROOT / "docs" / "problems.md").read_text("utf-8")
    for name, kind in problems.KINDS.items():
        assert f"| `{name}` | {kind.status} | {kind.title} | {kind.remedy} |" in page


def test_the_view_was_not_touched(served: Settings) -> None:
    await_current(served)
