"""What is answered is what the list says, by code, by name, in a book and in a stream."""

import base64
import csv
import io
import json
from typing import Any

import httpx
import pytest

from consumers.reading.sanction_list import read_list
from liancheng import codec
from liancheng.answers import screening_answers
from liancheng.records.screening_receipts import ScreeningReceipt, canonical, recanonical, rows_digest, sha256
from liancheng.settings import Settings
from tests.bank_material import uscc
from tests.eventually import eventually
from tests.view.material import DAY, entries, publish

NAME = "虚构示例化工有限公司"  # of all 600
NDJSON = {"Content-Type": "application/x-ndjson"}


def expected(settings: Settings, number: int) -> dict[str, Any]:
    """The company as the list on its topic has it."""
    entry = read_list(settings).entries.get(uscc(number))
    digest = sha256(codec.encode(entry)) if entry else None
    return json.loads(canonical(screening_answers.company(uscc(number), entry, digest, "2026.1")))  # type: ignore[no-any-return]


def without(answer: dict[str, Any], *members: str) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in members}


@pytest.mark.parametrize("number", [7, 8, 9999])
def test_a_company_is_answered_as_it_stands_on_the_list(served: Settings, bank: httpx.Client, number: int) -> None:
    answer = bank.get(f"/v1/companies/{uscc(number).lower()}").json()
    assert without(answer, "position", "receipt") == expected(served, number)
    assert answer["position"]["complete_to"] == f"{DAY}"
    assert sum(answer["position"]["offsets"]) >= 600
    assert 0 <= answer["position"]["age_s"] < 30
    assert (answer["known"], answer["level"]) == {
        7: (True, "listed"), 8: (True, "penalised"), 9999: (False, "clear"),
    }[number]  # fmt: skip


def test_a_change_is_answered_at_once(served: Settings, bank: httpx.Client) -> None:
    path = f"/v1/companies/{uscc(900)}"
    assert bank.get(path).json()["known"] is False
    publish(served, entries([900], "candidate"))
    found = eventually(lambda: (answer := bank.get(path).json())["known"] and answer)
    assert found["level"] == "candidate"
    assert without(found, "position", "receipt") == expected(served, 900)


def test_an_etag_saves_the_answer_and_is_proven_too(bank: httpx.Client) -> None:
    path = f"/v1/companies/{uscc(7)}"
    etag = bank.get(path).headers["etag"]
    assert etag == f'W/"2.{DAY}.2026.1"'
    again = bank.get(path, headers={"If-None-Match": f'"other", {etag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    receipt = codec.decoder(ScreeningReceipt).decode(base64.urlsafe_b64decode(again.headers["liancheng-receipt"]))
    assert (receipt.asked.uscc, receipt.asked.etag, receipt.entries[0].sequence) == (uscc(7), etag, 2)
    assert bank.get(path, headers={"If-None-Match": 'W/"1.2026-08-20.2026.1"'}).status_code == 200


@pytest.mark.parametrize(("language", "word"), [("zh", "依据"), ("en", "rule")])
def test_the_reasons_in_words(bank: httpx.Client, language: str, word: str) -> None:
    found = bank.get(f"/v1/companies/{uscc(7)}", params={"explain": language}).json()["explanation"]
    assert found["language"] == language
    assert word in json.dumps(found, ensure_ascii=False)
    assert "explanation" not in bank.get(f"/v1/companies/{uscc(9999)}", params={"explain": language}).json()


def test_a_name_is_found_exactly_or_alike_with_reasons(served: Settings, bank: httpx.Client) -> None:
    exact = bank.get("/v1/companies", params={"name": "虛構示例化工有限公司 ", "limit": 3}).json()
    assert exact["normalised"] == NAME
    assert [(match["exact"], match["score"], match["matched"]) for match in exact["matches"]] == [(True, 1, NAME)] * 3
    assert exact["matches"][0]["company"] == expected(served, 0)
    alike = bank.get("/v1/companies", params={"name": "上海虚构示例化工有限公司"}).json()["matches"][0]
    assert (alike["exact"], alike["score"] < 1) == (False, True)
    assert "region.missing" in [reason["code"] for reason in alike["reasons"]]
    nothing = bank.get("/v1/companies", params={"name": "毫不相干印染厂"}).json()
    assert (nothing["matches"], nothing["names"] >= 600) == ([], True)


def test_a_former_name_is_found_after_a_change(served: Settings, bank: httpx.Client) -> None:
    (one,) = entries([901])
    renamed = codec.msgspec.structs.replace(one, name="虚构新名印染厂", former_names=("虚构旧称印染厂",))
    publish(served, [renamed])

    def found() -> Any:
        return bank.get("/v1/companies", params={"name": "虚构旧称印染厂"}).json()["matches"]

    match = eventually(found)[0]
    assert (match["company"]["name"], match["matched"], match["exact"]) == ("虚构新名印染厂", "虚构旧称印染厂", True)
    assert "former_name" in [reason["code"] for reason in match["reasons"]]


def test_a_book_of_ten_thousand(served: Settings, bank: httpx.Client) -> None:
    rows = [{"uscc": uscc(number), "customer_ref": f"K{number}"} for number in range(10_000)]
    answer = bank.post("/v1/screenings", json={"companies": rows}).json()
    assert [row["customer_ref"] for row in answer["rows"]] == [row["customer_ref"] for row in rows]
    listed = read_list(served)
    assert [row["company"]["level"] for row in answer["rows"]] == [
        entry.level if (entry := listed.entries.get(row["uscc"])) else "clear" for row in rows
    ]
    assert answer["rows"][7]["company"] == expected(served, 7)
    assert answer["summary"]["rows"] == 10_000
    digest = rows_digest(sha256(recanonical(row)) for row in answer["rows"])
    assert answer["receipt"]["answer_sha256"] == digest
    too_many = bank.post("/v1/screenings", json={"companies": [*rows, {"uscc": uscc(1)}]})
    assert (too_many.status_code, too_many.json()["limit"]) == (413, 10_000)


BAD = [{"uscc": uscc(7)}, {"uscc": "91000007MA00000001"}, {"uscc": 5}, {}, {"name": NAME}, "none", {"name": "x" * 300}]
CODES = [None, "bad-uscc", "bad-uscc", "nothing-asked", None, "bad-row", "name-too-long"]


def test_bad_rows_of_a_book_are_answered_for_themselves(bank: httpx.Client) -> None:
    answer = bank.post("/v1/screenings", json={"companies": BAD}).json()
    assert [row.get("error", {}).get("code") for row in answer["rows"]] == CODES
    assert answer["summary"]["refused"] == 5
    assert answer["rows"][4]["matches"][0]["matched"] == NAME


def test_a_stream_is_answered_row_by_row(served: Settings, bank: httpx.Client) -> None:
    body = b"\n".join(json.dumps(row).encode() for row in BAD)
    *rows, end = map(json.loads, bank.post("/v1/screenings/stream", content=body, headers=NDJSON).text.splitlines())
    assert [row.get("error", {}).get("code") for row in rows] == CODES
    assert rows[0]["company"] == expected(served, 7)
    assert end["summary"] == {
        "levels": {"candidate": 0, "clear": 0, "listed": 1, "penalised": 0},
        "refused": 5,
        "rows": 7,
    }
    assert end["receipt"]["answer_sha256"] == rows_digest(sha256(recanonical(row)) for row in rows)


def test_a_stream_of_more_than_a_book_in_csv(bank: httpx.Client) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["统一社会信用代码", "客户编号"])
    writer.writerows([uscc(number % 3000), f"K{number}"] for number in range(12_000))
    rows = 0
    raw = text.getvalue().encode()
    pieces = (raw[start : start + 7001] for start in range(0, len(raw), 7001))
    with bank.stream("POST", "/v1/screenings/stream", content=pieces, headers={"Content-Type": "text/csv"}) as answer:
        for line in answer.iter_lines():
            last = json.loads(line)
            rows += last["type"] == "row"
    assert (rows, last["type"], last["summary"]["rows"]) == (12_000, "end", 12_000)


def test_a_stream_with_a_header_that_says_nothing_ends_with_a_problem(bank: httpx.Client) -> None:
    answer = bank.post("/v1/screenings/stream", content=b"colour\nred\n", headers={"Content-Type": "text/csv"})
    (last,) = map(json.loads, answer.text.splitlines())
    assert last["problem"]["type"] == "urn:liancheng:problem:bad-request"
