"""Alerts put on a bank's topic as dispatch does, and what the SDK makes of them."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import httpx

from consumers.sdk import Bank
from liancheng import codec
from liancheng.records import topics
from liancheng.settings import Settings
from tests.bank_material import alert
from transport import admin
from transport.clients import producer


class AlertWriter:
    """Writes one bank's alerts, each call in one transaction, committed or aborted."""

    def __init__(self, settings: Settings, bank: str) -> None:
        admin.add_bank_topic(settings, bank)
        self.bank = bank
        self._client = producer(settings, transactional_id=f"test.{bank}")
        self._client.init_transactions(20)

    def put(self, numbers: Iterable[int], *, commit: bool = True, at_ms: int = 0) -> None:
        """`at_ms`: time of the records; 0: now."""
        self._client.begin_transaction()
        for number in numbers:
            made = alert(number, self.bank)
            self._client.produce(topics.BANK_ALERTS.named(self.bank), codec.encode(made), made.uscc, 0, timestamp=at_ms)
        if commit:
            self._client.commit_transaction(20)
        else:
            self._client.flush(20)
            self._client.abort_transaction(20)


def by_sdk(settings: Settings, bank: str, from_number: int = 1) -> list[bytes]:
    """All alerts, as `liancheng alerts --json` prints them."""
    with Bank(bank, settings, "compare") as subscriber:
        return [codec.encode(one) for one in subscriber.alerts(from_number)]


def by_polling(client: httpx.Client, from_number: int = 1, limit: int = 1000) -> list[bytes]:
    """All alerts by long polls, until one brings nothing."""
    found: list[bytes] = []
    while True:
        answer = client.get("/v1/alerts", params={"from": from_number, "limit": limit}).raise_for_status()
        told = answer.json()
        if not told["alerts"]:
            return found
        found += [line(one) for one in told["alerts"]]
        from_number = told["next"]


def line(alert_: Any) -> bytes:
    """JSON as we write it, of what was read from it."""
    return json.dumps(alert_, ensure_ascii=False, separators=(",", ":")).encode()


def events(answer: httpx.Response) -> Iterator[dict[str, str]]:
    """The events of a stream: their fields; comments are left out. Lines end at a line feed and nowhere else."""
    fields: dict[str, str] = {}
    rest = b""
    for part in answer.iter_bytes():
        *lines, rest = (rest + part).split(b"\n")
        for text in (one.decode() for one in lines):
            assert "\r" not in text
            if not text:
                if fields:
                    yield fields
                fields = {}
            elif not text.startswith(":"):
                name, _, value = text.partition(": ")
                fields[name] = value


def numbers(lines: Iterable[bytes]) -> list[int]:
    return [json.loads(one)["number"] for one in lines]
