"""Rows that come in pieces, keys, and how often one may ask."""

import itertools
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.books.customers import NEEDED, ScreeningRow, screening_row
from consumers.reading import keys
from file_formats.bank_rows import BankStream
from file_formats.csv_rows import ROW_LONGEST
from liancheng.answers.screening_answers import AskedRow, RowError
from liancheng.errors import WrongUseError
from liancheng.records.alerts import Bank
from liancheng.records.screening_receipts import recanonical
from service.engines.callers import identified
from service.engines.errors import KeyEndedError, KeyRefusedError
from service.web.limits import Limits
from service.web.problems import Problem, problem_of
from tests.bank_material import uscc
from tests.unit.lives import UNHURRIED

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def read(*chunks: bytes, is_json: bool = False) -> list[ScreeningRow]:
    lines = BankStream(NEEDED, is_json=is_json)
    rows = [row for chunk in chunks for row in lines.take(chunk)] + lines.end()
    return [screening_row(row) for row in rows]


@UNHURRIED
@given(st.lists(st.integers(0, 300), max_size=6), st.booleans())
def test_wherever_the_pieces_end_the_rows_are_the_same(cuts: list[int], csv: bool) -> None:
    rows = [AskedRow(uscc=uscc(number), name="虚构示例", customer_ref=f"K{number}") for number in range(4)]
    if csv:
        text = "名称,uscc,客户编号,其他\r\n" + "".join(f"{r.name},{r.uscc},{r.customer_ref},x\r\n" for r in rows)
    else:
        text = "\n".join(json.dumps({"uscc": r.uscc, "name": r.name, "customer_ref": r.customer_ref}) for r in rows)
    raw = text.encode()
    ends = [0, *sorted(min(cut, len(raw)) for cut in cuts), len(raw)]
    pieces = [raw[start:end] for start, end in itertools.pairwise(ends)]
    assert read(*pieces, is_json=not csv) == rows


def test_a_line_without_end_is_one_error_and_what_follows_goes_on() -> None:
    pieces = [b"x" * 5000] * 150
    rows = read(*pieces, b"\n" + json.dumps({"name": "a"}).encode(), is_json=True)
    assert [type(row) for row in rows] == [RowError, AskedRow]
    assert len(b"".join(pieces)) > 4 * ROW_LONGEST


def test_bad_rows_are_errors_and_a_bad_header_or_a_damaged_byte_ends_it() -> None:
    assert [type(row) for row in read(b"uscc\n" + b"a,b\n" + b"A\n")] == [RowError, AskedRow]
    objects = read(b'{"uscc":{}}\n[]\nnull\n{"name":"a"}\n', is_json=True)
    assert [type(row) for row in objects] == [RowError, RowError, RowError, AskedRow]
    assert [type(row) for row in read(b'{"uscc":' + b"[" * 16_000, is_json=True)] == [RowError]
    with pytest.raises(WrongUseError, match="found the columns colour, expected uscc"):
        read(b"colour\nred\n")
    with pytest.raises(WrongUseError, match=r"byte 9 \(0xFF, on line 2\) is not UTF-8 or GB18030"):
        read("uscc\n虚构".encode("gb18030")[:9] + b"\xff\n")


def bank(*made: keys.ApiKey) -> dict[str, Bank]:
    return {"bank-a": Bank(id="bank-a", name="虚构", keys=made)}


def refused(banks: dict[str, Bank], text: str, now: datetime = NOW) -> str:
    with pytest.raises((KeyRefusedError, KeyEndedError)) as caught:
        identified(banks, text, now, 5)
    problem = problem_of(caught.value)
    assert text[-20:] not in str(problem.body)
    assert problem.headers["WWW-Authenticate"].startswith("Bearer")
    return problem.slug


def test_a_key_is_for_its_bank_until_it_ends() -> None:
    text, key = keys.new("bank-a", ("watch", "screen"), NOW, NOW + timedelta(hours=1))
    assert key.scopes == ("screen", "watch")
    assert identified(bank(key), text, NOW, 5) == ("bank-a", key.id, ("screen", "watch"), 5)
    assert refused(bank(key), text, NOW + timedelta(hours=1)) == "key-ended"
    wrong = text[:-1] + ("0" if text[-1] != "0" else "1")
    assert refused(bank(key), wrong, NOW + timedelta(hours=1)) == "key-refused", "only who has it is told that it ended"
    assert refused(bank(), text) == refused({}, text) == refused(bank(key), "lc_") == "key-refused"
    other, _ = keys.new("bank-b", ("screen",), NOW)
    assert refused(bank(key), other) == "key-refused"


def test_rotation_leaves_an_overlap() -> None:
    _, first = keys.new("bank-a", keys.SCOPES, NOW)
    _, second = keys.new("bank-a", keys.SCOPES, NOW)
    both = keys.rotated(bank(first)["bank-a"], second, NOW, timedelta(hours=24))
    assert [keys.is_valid(key, NOW + timedelta(hours=23)) for key in both.keys] == [True, True]
    assert [keys.is_valid(key, NOW + timedelta(hours=24)) for key in both.keys] == [False, True]
    _, third = keys.new("bank-a", keys.SCOPES, NOW)
    assert keys.rotated(both, third, NOW + timedelta(hours=48), timedelta(0)).keys == (third,)


def test_a_bucket_gives_what_it_holds_and_says_how_long_to_wait() -> None:
    limits = Limits()
    for _ in range(3):
        limits.charge("bank-a", 3)
    with pytest.raises(Problem) as caught:
        limits.charge("bank-a", 3)
    assert caught.value.slug == "too-many-requests"
    assert caught.value.headers == {"Retry-After": "1"}
    limits.charge("bank-b", 3, 300)
    with pytest.raises(Problem) as caught:
        limits.charge("bank-b", 3)
    assert int(caught.value.headers["Retry-After"]) > 90
    assert limits.wait_s("bank-c", 10, 5) == 0
    assert 1.4 < limits.wait_s("bank-c", 10, 20) <= 1.5


def test_canonical_json_is_the_same_however_it_was_printed() -> None:
    raw = recanonical({"b": 1.0, "a": [{"z": 0.25, "名": "虚构"}]})
    assert raw == '{"a":[{"z":0.25,"名":"虚构"}],"b":1}'.encode()
    assert recanonical(json.loads(json.dumps(json.loads(raw), indent=3))) == raw
