"""Allowed targets of webhooks: never inside, whatever a name resolves to at the moment of connecting (SSRF)."""

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import anyio
import httpcore
import httpx

from liancheng.errors import LianchengError, WrongUseError
from liancheng.settings import Settings

_URL_MAX = 2000
# Addresses that represent others: IPv4-mapped and -compatible, NAT64, 6to4, Teredo, and those that IANA reserves.
_WRAPPED = tuple(
    map(ip_network, ("::ffff:0:0/96", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "5f00::/16"))
)
# Public ones at which clouds serve metadata to their own machines.
_METADATA = tuple(map(ip_address, ("168.63.129.16", "100.100.100.200", "169.254.169.254", "fd00:ec2::254")))
_TOKEN_HOSTS = frozenset({"localhost", "metadata.google.internal"})


class ForbiddenTargetError(LianchengError):
    """A name resolves to an address that is forbidden for webhooks."""


def check_url(url: str, settings: Settings) -> httpx.URL:
    """Returns the URL. Names are resolved when it is called, not before.

    Raises:
        WrongUseError: no webhook may have it.
    """
    if len(url) > _URL_MAX or not url.isprintable() or any(char.isspace() for char in url) or "\\" in url:
        raise _wrong(url, f"at most {_URL_MAX} characters, no spaces, no backslash, nothing unprintable")
    try:
        parsed = httpx.URL(url)
        port = {"https": 443, "http": 80}.get(parsed.scheme) if parsed.port is None else parsed.port
    except (httpx.InvalidURL, ValueError) as error:
        raise _wrong(url, "a URL such as https://alerts.bank.example/liancheng") from error
    if parsed.scheme != "https" and not (parsed.scheme == "http" and settings.webhook_allow_http):
        raise _wrong(url, "https" + (" or http" if settings.webhook_allow_http else ""))
    if parsed.userinfo or parsed.fragment or "@" in parsed.netloc.decode("ascii"):
        raise _wrong("a user, password or fragment in the URL", "none: messages are signed")
    if not parsed.raw_host:
        raise _wrong(url, "a host")
    if str(port) not in settings.webhook_ports.split(","):
        raise _wrong(f"port {port}", f"one of {settings.webhook_ports}")
    _check_literal(parsed.host, settings)
    return parsed


def allowed(address: IPv4Address | IPv6Address, settings: Settings) -> bool:
    """Returns whether a connection is allowed: to private and loopback addresses only by setting."""
    if address.is_multicast or address.is_unspecified or address.is_link_local or address in _METADATA:
        return False
    if isinstance(address, IPv6Address) and (address.scope_id or any(address in wrapped for wrapped in _WRAPPED)):
        return address.is_loopback and settings.webhook_allow_private
    return settings.webhook_allow_private or address.is_global


class Guarded(httpcore.AsyncNetworkBackend):
    """Connects only to allowed addresses, and to the same address that it has checked."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises ForbiddenTargetError if any address of the name is forbidden: a mixed answer is an attack."""
        addresses = await self._resolve(host, port)
        for address in addresses:
            if not allowed(ip_address(address), self._settings):
                raise ForbiddenTargetError(f"{host} resolves to {address}, which is forbidden for webhooks")
        return await self._backend.connect_tcp(addresses[0], port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise ForbiddenTargetError("a webhook needs a host, not a Unix socket")

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)

    async def _resolve(self, host: str, port: int) -> list[str]:
        try:
            infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} is not found: {error.strerror or error}") from error
        return [str(address[0]) for *_, address in infos]


def _check_literal(host: str, settings: Settings) -> None:
    """Refuses an internal address at once; the address of a name is checked when it is called."""
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        if host.lower().rstrip(".") in _TOKEN_HOSTS and not settings.webhook_allow_private:
            raise _wrong(host, "a host that can be reached from outside") from None
        return
    if not allowed(address, settings):
        raise _wrong(f"the address {address}", "one that can be reached from outside")


def _wrong(found: str, expected: str) -> WrongUseError:
    return WrongUseError(f"url: found {found!r}, expected {expected}")
