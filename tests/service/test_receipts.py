"""A receipt proves what was answered: to the byte, by its signature, and by the log judged again."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from consumers.reading.screening_receipts import receipts
from liancheng import codec
from liancheng.records.events import Decision
from liancheng.settings import Settings
from producers import Agency
from supervision.worker import answers, view_filler, worker
from tests.command import liancheng, the_error
from tests.eventually import eventually
from tests.local_valkey import running_valkey, with_view
from tests.service.serving import client, new_key, running_api, with_api
from tests.unit import makers
from transport import admin

BANK = "bank-proof"


def decision(number: int, day: str) -> Decision:
    return makers.decision(
        uscc=makers.uscc(number), name=f"虚构示例{'甲乙丙丁'[number]}化工有限公司", decision_date=day, act_date=day,
        document_no=f"沪虚环罚〔2026〕{number}{day[-2:]}号",
    )  # fmt: skip


@pytest.fixture(scope="module")
def region(fresh_cluster: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Everything that `up` runs: decisions of three companies go through the real stages."""
    home = tmp_path_factory.mktemp("region")
    admin.ensure_shared_topics(fresh_cluster)
    admin.add_province(fresh_cluster, makers.PROVINCE)
    with running_valkey(home) as valkey:
        settings = with_api(with_view(fresh_cluster, valkey), home)
        parts = [worker(settings, 1), view_filler(settings)]
        for part in parts:
            part.start()
        try:
            for part in parts:
                eventually(lambda part=part: answers(part.address), 60, what=part.name)  # type: ignore[misc]
            with Agency(makers.PROVINCE, settings) as agency:
                for number in range(3):
                    agency.publish(decision(number, "2026-08-03"))
            with running_api(settings):
                yield settings
        finally:
            for part in parts:
                part.kill()


@pytest.fixture(scope="module")
def bank(region: Settings) -> Iterator[httpx.Client]:
    key = new_key(region, BANK)
    with client(region, key) as asked:
        last = f"/v1/companies/{makers.uscc(2)}"
        eventually(lambda: asked.get(last).json().get("known"), 40, what="the last decision is on the list")
        yield asked


@pytest.fixture
def environment(region: Settings, bank: httpx.Client) -> dict[str, str]:
    return {
        "LIANCHENG_BOOTSTRAP_SERVERS": region.bootstrap_servers,
        "LIANCHENG_REDIS_URL": region.redis_url,
        "LIANCHENG_API_URL": region.api_url,
        "LIANCHENG_API_KEY": bank.headers["authorization"].split()[1],
    }


def saved(tmp_path: Path, told: Any) -> str:
    path = tmp_path / "answer.json"
    path.write_bytes(told) if isinstance(told, bytes) else path.write_text(json.dumps(told, indent=2))
    return str(path)


def some_answers(bank: httpx.Client) -> dict[str, bytes]:
    rows = [{"uscc": makers.uscc(number)} for number in range(4)]
    lines = "\n".join(map(json.dumps, rows)).encode()
    ndjson = {"Content-Type": "application/x-ndjson"}
    return {
        "known": bank.get(f"/v1/companies/{makers.uscc(1)}").content,
        "clear": bank.get(f"/v1/companies/{makers.uscc(3)}").content,
        "explained": bank.get(f"/v1/companies/{makers.uscc(1)}?explain=zh").content,
        "then": bank.get(f"/v1/companies/{makers.uscc(1)}?as_of=2030-01-01").content,
        "name": bank.get("/v1/companies", params={"name": "虚构示例乙化工有限公司"}).content,
        "book": bank.post("/v1/screenings", json={"companies": [*rows, {"name": "虚构示例丙化工"}, {}]}).content,
        "stream": bank.post("/v1/screenings/stream", content=lines, headers=ndjson).content,
    }


@pytest.mark.parametrize("what", ["known", "clear", "explained", "name", "book", "stream"])
def test_every_answer_is_proven_by_the_log(
    bank: httpx.Client, environment: dict[str, str], tmp_path: Path, what: str
) -> None:
    eventually(lambda: bank.get("/health").json()["names"]["ready"], 30)
    file = saved(tmp_path, some_answers(bank)[what])
    done = liancheng("receipt", "verify", file, "--online", env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "proven"
    if what != "clear":
        assert f"{makers.uscc(1)}/1: the log makes the same entry" in done.stdout or what == "stream"


def test_an_answer_that_was_printed_anew_is_proven_still(
    bank: httpx.Client, environment: dict[str, str], tmp_path: Path
) -> None:
    for what, raw in some_answers(bank).items():
        if what != "stream":
            done = liancheng("receipt", "verify", saved(tmp_path, json.loads(raw)), "--json", env=environment)
            assert done.returncode == 0, what + done.stdout + done.stderr
            assert json.loads(done.stdout)["proven"] is True


def tampered(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Lies that somebody may tell with an answer."""
    receipt = told["receipt"]
    other = "0" * 64
    entry = receipt["entries"][0]
    return {
        "level": told | {"level": "clear"},
        "reason left out": told | {"reasons": []},
        "member added": told | {"note": "x"},
        "company": told | {"uscc": makers.uscc(2)},
        "time": told | {"receipt": receipt | {"answered_at": "2026-01-01T00:00:00Z"}},
        "bank": told | {"receipt": receipt | {"bank": "bank-b"}},
        "entry": told | {"receipt": receipt | {"entries": [entry | {"sha256": other}]}},
        "digest": told | {"receipt": receipt | {"answer_sha256": other}},
        "signature": told | {"receipt": receipt | {"signature": "AAAA" + receipt["signature"][4:]}},
        "no base64": told | {"receipt": receipt | {"signature": "§"}},
        "key": told | {"receipt": receipt | {"signed_by": "0" * 16}},
    }


def test_tampered_receipts_are_refused(bank: httpx.Client, environment: dict[str, str], tmp_path: Path) -> None:
    told = json.loads(some_answers(bank)["known"])
    keys = tmp_path / "keys.json"
    keys.write_bytes(bank.get("/v1/keys").content)
    for what, lie in tampered(told).items():
        done = liancheng("receipt", "verify", saved(tmp_path, lie), "--keys", str(keys), env=environment)
        assert done.returncode == 2, what + done.stdout + done.stderr
        assert done.stdout.splitlines()[-1] == "not proven"
        assert "WRONG" in done.stdout


def test_rows_of_a_book_cannot_be_left_out_or_turned(
    bank: httpx.Client, environment: dict[str, str], tmp_path: Path
) -> None:
    book = json.loads(some_answers(bank)["book"])
    for rows in (book["rows"][1:], book["rows"][::-1], [*book["rows"], book["rows"][0]]):
        done = liancheng("receipt", "verify", saved(tmp_path, book | {"rows": rows}), env=environment)
        assert done.returncode == 2
    broken_off = b"\n".join(some_answers(bank)["stream"].splitlines()[:-1])
    assert "rows without an end" in the_error(
        liancheng("receipt", "verify", saved(tmp_path, broken_off), env=environment)
    )


def test_an_entry_that_the_log_does_not_make_is_not_proven(
    region: Settings, bank: httpx.Client, environment: dict[str, str], tmp_path: Path
) -> None:
    """Signed by the service itself: only the log can tell."""
    from consumers.reading.signatures import Signer
    from liancheng.records.screening_receipts import ScreeningReceipt, recanonical, sha256

    told = json.loads(some_answers(bank)["known"])
    receipt = codec.msgspec.convert(told.pop("receipt"), ScreeningReceipt)
    for change in ({"sequence": 2}, {"entry_sha256": "0" * 64}, {"level": "listed"}):
        lie = told | change
        signed = Signer(region).sign(codec.msgspec.structs.replace(receipt, answer_sha256=sha256(recanonical(lie))))
        file = saved(tmp_path, lie | {"receipt": json.loads(codec.encode(signed))})
        assert liancheng("receipt", "verify", file, env=environment).returncode == 0
        done = liancheng("receipt", "verify", file, "--online", env=environment)
        assert done.returncode == 2, done.stdout + done.stderr
        assert "the log makes" in done.stdout


def test_a_lost_receipt_is_found_again(
    region: Settings, bank: httpx.Client, environment: dict[str, str], tmp_path: Path
) -> None:
    lost = json.loads(some_answers(bank)["known"])["receipt"]
    found = eventually(lambda: [one for one in receipts(region, BANK) if one.id == lost["id"]])
    assert json.loads(codec.encode(found[0])) == lost
    listed = liancheng("receipt", "list", "--bank", BANK, "--id", lost["id"], "--json", env=environment)
    assert listed.returncode == 0, listed.stderr
    assert json.loads(listed.stdout) == lost
    assert liancheng("receipt", "verify", saved(tmp_path, listed.stdout.encode()), env=environment).returncode == 0
    by_company = liancheng("receipt", "list", "--bank", BANK, "--uscc", makers.uscc(1), env=environment)
    assert lost["id"] in by_company.stdout


def test_screen_at_the_command_line(bank: httpx.Client, environment: dict[str, str], tmp_path: Path) -> None:
    one = liancheng("screen", makers.uscc(1), env=environment)
    assert (one.returncode, "penalised 行政处罚公示中" in one.stdout) == (0, True), one.stdout + one.stderr
    assert json.loads(liancheng("screen", makers.uscc(1), "--json", env=environment).stdout)["known"] is True
    assert makers.uscc(1) in liancheng("screen", "虚构示例乙化工", env=environment).stdout
    book = tmp_path / "book.csv"
    book.write_text("uscc,customer_ref\n" + "".join(f"{makers.uscc(number)},K{number}\n" for number in range(2500)))
    kept = tmp_path / "kept.jsonl"
    done = liancheng("screen", str(book), "--save", str(kept), env=environment)
    assert done.returncode == 0, done.stderr
    rows = [line for line in done.stdout.splitlines()[1:] if not line.startswith(" ")]
    assert [row.split()[1] for row in rows] == ["K0", "K1", "K2"]
    assert "2,500 rows screened" in done.stderr
    assert liancheng("receipt", "verify", str(kept), env=environment).returncode == 0
    book.write_text("uscc,customer_ref\nx,K0\n\xff,,,K1\n")
    assert liancheng("screen", str(book), env=environment).returncode == 2


def test_screen_says_what_is_wrong_in_a_line(environment: dict[str, str]) -> None:
    assert "LIANCHENG_API_KEY" in the_error(liancheng("screen", makers.uscc(1)))
    wrong = environment | {"LIANCHENG_API_KEY": "lc_nobody"}
    error = the_error(liancheng("screen", makers.uscc(1), env=wrong))
    assert "This key is not valid" in error and "lc_nobody" not in error
    away = environment | {"LIANCHENG_API_URL": "http://127.0.0.1:9"}
    assert "no HTTP service answers at http://127.0.0.1:9" in the_error(liancheng("screen", makers.uscc(1), env=away))
    assert "This is not a valid USCC" in the_error(liancheng("screen", "91310000MA1A00001X", env=environment))
