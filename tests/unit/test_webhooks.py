"""Pauses between attempts, secrets, and what setting a webhook again does."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from consumers.webhooks import webhook_table
from consumers.webhooks.secrets import Secrets
from liancheng.errors import WrongUseError
from liancheng.records.webhooks import LONGEST_PAUSE, Webhook, WebhookState, beginning, pause, standing
from liancheng.settings import Settings

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
FIRST = timedelta(seconds=5)


@given(st.integers(1, 10_000), st.text(max_size=20), st.none() | st.timedeltas(timedelta(), timedelta(days=1)))
def test_a_pause(failures: int, what: str, asked: timedelta | None) -> None:
    found = pause(FIRST, failures, what, asked)
    whole = min(FIRST * 2 ** min(failures - 1, 20), LONGEST_PAUSE)
    assert found == pause(FIRST, failures, what, asked), "the same failure waits as long"
    assert found >= max(whole / 2, asked or timedelta())
    assert found <= max(whole, asked or timedelta())


def test_pauses_grow_to_an_hour_and_differ() -> None:
    pauses = [pause(FIRST, failures, "bank-a/w1/7", None) for failures in range(1, 15)]
    assert pauses[0] <= FIRST
    assert min(pauses[10:]) >= LONGEST_PAUSE / 2
    assert max(pauses) <= LONGEST_PAUSE
    assert len({pause(FIRST, 8, f"bank-{number}/w1/7", None) for number in range(100)}) > 90


def hook(home: Path, id_: str = "w1") -> tuple[Secrets, Webhook]:
    settings = Settings(home=home)
    secrets = Secrets(settings)
    return secrets, webhook_table.new_webhook(settings, secrets, ("bank-a", id_), "https://alerts.bank.example/", NOW)


def test_a_signature_is_of_the_standard(tmp_path: Path) -> None:
    secrets, made = hook(tmp_path)
    now = datetime.now(UTC)
    headers = dict(secrets.headers(made, "id-1", now, '{"name":"虚构"}'.encode()))
    verifier = Verifier(secrets.secret(made))
    assert verifier.verify('{"name":"虚构"}', headers) == {"name": "虚构"}
    with pytest.raises(WebhookVerificationError):
        verifier.verify('{"name":"虚 构"}', headers)
    with pytest.raises(WebhookVerificationError):
        verifier.verify('{"name":"虚构"}', headers | {"webhook-id": "id-2"})


def test_the_key_stays_and_each_webhook_has_its_own_secret(tmp_path: Path) -> None:
    secrets, made = hook(tmp_path)
    again, other = hook(tmp_path, "w2")
    assert again.secret(made) == secrets.secret(made)
    assert len({secrets.secret(one) for one in (made, other, replace(made, salt="x"))}) == 3
    assert (tmp_path / "api" / "webhook-key").stat().st_mode & 0o777 == 0o600


def test_another_key_signs_nothing(tmp_path: Path) -> None:
    _, made = hook(tmp_path / "one")
    other = Secrets(Settings(home=tmp_path / "two"))
    with pytest.raises(WrongUseError, match="set LIANCHENG_WEBHOOK_KEY to the same file"):
        other.headers(made, "id", NOW, b"{}")


@pytest.mark.parametrize(("text", "mode", "why"), [("abc\n", 0o600, "64 hex digits"), ("ab" * 32, 0o644, "chmod 600")])
def test_a_bad_key_file(tmp_path: Path, text: str, mode: int, why: str) -> None:
    path = tmp_path / "key"
    path.write_text(text)
    path.chmod(mode)
    with pytest.raises(WrongUseError, match=why):
        Secrets(Settings(webhook_key=path))


@pytest.mark.parametrize("id_", ["", "W1", "-w", "a_b", "a" * 33, "a/b", "a\n", "a\r\nX: y"])
def test_an_id_that_is_refused(tmp_path: Path, id_: str) -> None:
    with pytest.raises(WrongUseError, match="found the webhook id"):
        hook(tmp_path, id_)


def test_setting_it_again(tmp_path: Path) -> None:
    _, new = hook(tmp_path)
    assert webhook_table.next_webhook(None, new, None, False) == (new, True)
    assert webhook_table.next_webhook(None, new, 7, False)[0].from_number == 7
    known = (
        replace(new, salt="old"),
        WebhookState(bank="bank-a", id="w1", epoch=new.epoch, delivered=41, health="gone"),
    )
    hook_, fresh = webhook_table.next_webhook(known, new, None, False)
    assert (hook_.from_number, hook_.salt, fresh) == (42, "old", False)
    assert hook_.epoch > new.epoch
    assert standing(hook_, known[1]) == beginning(hook_)
    assert webhook_table.next_webhook(known, new, 3, True)[0] == replace(new, from_number=3, epoch=new.epoch + 1)
