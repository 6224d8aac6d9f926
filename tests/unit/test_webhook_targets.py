"""Where no webhook may lead: each kind of address, by its looks and by what a name resolves to."""

import asyncio
from ipaddress import ip_address
from typing import Any

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.webhooks.poster import meaning
from consumers.webhooks.targets import ForbiddenTargetError, Guarded, allowed, check_url
from liancheng.errors import WrongUseError
from liancheng.settings import Settings

STRICT = Settings()
PRIVATE = Settings(webhook_allow_private=True)
PUBLIC = "93.184.216.34"

INSIDE = {
    "loopback": "127.0.0.1 127.255.255.254 ::1",
    "private": "10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 fc00::1 fd12:3456::1",
    "shared": "100.64.0.1 100.127.255.254",
    "reserved": "240.0.0.1 255.255.255.255 192.0.2.1 198.18.0.1 203.0.113.1 2001:db8::1",
}
NEVER = {
    "link-local": "169.254.0.1 fe80::1",
    "metadata": "169.254.169.254 100.100.100.200 168.63.129.16 fd00:ec2::254",
    "multicast": "224.0.0.1 239.255.255.255 ff02::1",
    "unspecified": "0.0.0.0 ::",
    "IPv4-mapped": "::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:93.184.216.34",
    "wrapped IPv4": "::127.0.0.1 64:ff9b::7f00:1 2002:7f00:1:: 2001:0:7f00:1::",
}


def flat(kinds: dict[str, str]) -> list[tuple[str, str]]:
    return [(kind, address) for kind, text in kinds.items() for address in text.split()]


@pytest.mark.parametrize(("kind", "address"), flat(INSIDE) + flat(NEVER))
def test_no_address_inside(kind: str, address: str) -> None:
    assert not allowed(ip_address(address), STRICT), kind
    shown = f"[{address}]" if ":" in address else address
    with pytest.raises(WrongUseError, match="expected one that can be reached from outside"):
        check_url(f"https://{shown}/hook", STRICT)


@pytest.mark.parametrize(("kind", "address"), flat(INSIDE))
def test_those_of_an_intranet_by_setting(kind: str, address: str) -> None:
    assert allowed(ip_address(address), PRIVATE), kind


@pytest.mark.parametrize(("kind", "address"), flat(NEVER))
def test_these_never(kind: str, address: str) -> None:
    assert not allowed(ip_address(address), PRIVATE), kind


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:4700::1111"])
def test_public_ones(address: str) -> None:
    assert allowed(ip_address(address), STRICT)


@given(st.ip_addresses())
def test_whatever_is_allowed_is_global(address: Any) -> None:
    if allowed(address, STRICT):
        assert address.is_global
        assert not address.is_multicast


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a.example/", "expected https"),
        ("ftp://a.example/", "expected https"),
        ("file:///etc/passwd", "expected https"),
        ("//a.example/", "expected https"),
        ("https://user:secret@a.example/", "expected none"),
        ("https://user@a.example/", "expected none"),
        ("https://a.example/#part", "expected none"),
        ("https://a.example:22/", "expected one of 443,8443,80,8080"),
        ("https://a.example:0/", "expected one of 443"),
        ("https:///hook", "expected a host"),
        ("https://localhost/", "can be reached from outside"),
        ("https://LOCALHOST./", "can be reached from outside"),
        ("https://metadata.google.internal/", "can be reached from outside"),
        ("https://a.example/\r\nHost: b.example", "no spaces"),
        ("https://a.example/\x00", "no spaces"),
        ("https://a.example\\@b.example/", "no backslash"),
        ("https://a.example/ x", "no spaces"),
        ("https://a.example/" + "x" * 2000, "at most 2000"),
    ],
)
def test_a_url_that_is_refused(url: str, expected: str) -> None:
    with pytest.raises(WrongUseError, match=expected) as refused:
        check_url(url, Settings())
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_url_that_is_taken() -> None:
    assert check_url("https://alerts.bank.example:8443/liancheng?a=b", STRICT).port == 8443
    assert check_url("http://alerts.bank.example/", Settings(webhook_allow_http=True)).host == "alerts.bank.example"


class Recorded(httpcore.AsyncNetworkBackend):
    """A network that only writes down where it was asked to connect."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def connect_tcp(self, host: str, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        self.asked.append(host)
        raise httpcore.ConnectError("recorded")


def connected(answers: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> tuple[Guarded, Recorded, list[str]]:
    """A guarded network whose resolver gives these answers, one after the other."""
    guarded, network = Guarded(STRICT), Recorded()
    resolved: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        resolved.append(host)
        return answers[len(resolved) - 1]

    monkeypatch.setattr(guarded, "_backend", network)
    monkeypatch.setattr(guarded, "_resolve", resolve)
    return guarded, network, resolved


def test_the_address_that_was_looked_at_is_the_one_that_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads outside when it is checked and inside a moment later gains nothing: it is asked for once."""
    guarded, network, resolved = connected([[PUBLIC], ["127.0.0.1"]], monkeypatch)
    with pytest.raises(httpcore.ConnectError, match="recorded"):
        asyncio.run(guarded.connect_tcp("rebinding.example", 443))
    assert (network.asked, resolved) == ([PUBLIC], ["rebinding.example"])
    with pytest.raises(ForbiddenTargetError, match=r"rebinding.example resolves to 127.0.0.1"):
        asyncio.run(guarded.connect_tcp("rebinding.example", 443))
    assert network.asked == [PUBLIC]


@pytest.mark.parametrize(("kind", "address"), flat(INSIDE) + flat(NEVER))
def test_one_address_inside_among_others_is_enough_to_refuse(
    kind: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded, network, _ = connected([[PUBLIC, address]], monkeypatch)
    with pytest.raises(ForbiddenTargetError):
        asyncio.run(guarded.connect_tcp("mixed.example", 443))
    assert network.asked == []


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1"])
def test_numbers_that_the_resolver_takes_for_addresses(host: str) -> None:
    with pytest.raises(ForbiddenTargetError, match=r"resolves to 127\.0\.0\.1"):
        asyncio.run(Guarded(STRICT).connect_tcp(host, 443))


def test_what_a_status_means() -> None:
    now = targets_now()
    assert meaning(204, None, now).why is None
    assert meaning(410, None, now).gone
    for status in (199, 301, 302, 307, 308, 400, 404, 500):
        answer = meaning(status, None, now)
        assert answer.why == f"the receiver answered {status}"
        assert not answer.gone
    asked = {
        "120": 120.0, "999999999999": 86400.0,
        "Tue, 24 Nov 2026 10:01:00 GMT": 60.0, "Tue, 24 Nov 2026 09:00:00 GMT": 0,
        "soon": None, "-5": None, "": None,
    }  # fmt: skip
    for text, seconds in asked.items():
        after = meaning(503, text, now).retry_after
        assert (after.total_seconds() if after is not None else None) == seconds, text


def targets_now() -> Any:
    from datetime import UTC, datetime

    return datetime(2026, 11, 24, 10, tzinfo=UTC)
