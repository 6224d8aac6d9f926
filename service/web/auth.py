"""Who asks: a bank by one of its keys, followed live from the register."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from fastapi import Request

from consumers.reading import keys
from liancheng.records.alerts import ApiKey, Bank, Scope
from service.web.callers import Caller
from service.web.problems import Problem
from service.web.services import services

__all__ = ["Caller", "caller"]

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="liancheng"'}
_REFUSED = "no living key of a registered bank is this one"


def caller(scope: Scope) -> Callable[[Request], Awaitable[Caller]]:
    """A dependency that gives the caller, or refuses.

    Use it as `who: Annotated[Caller, Depends(caller("screen"))]`. It takes one token of the bank's rate; a request that
    is dearer takes more with `services(request).limits.charge(who.bank, who.rate, cost)`.
    """

    async def known(request: Request) -> Caller:
        here = services(request)
        if not here.register.caught_up.is_set():
            raise Problem("starting", "the register of banks is being read", {"Retry-After": "1"})
        text = _bearer(request.headers.get("authorization"))
        who = identified(here.register.banks, text, datetime.now(UTC), here.settings.api_requests_per_s)
        request.scope["liancheng.caller"] = who  # for the access log
        if scope not in who.scopes:
            detail = f"this key has the scopes {', '.join(who.scopes) or 'none'}"
            raise Problem("scope-missing", detail, scope=scope)
        here.limits.charge(who.bank, who.rate)
        return who

    return known


def identified(banks: dict[str, Bank], text: str, now: datetime, rate: float) -> Caller:
    """The caller whose key this is.

    Raises:
        Problem: key-refused; key-ended only to who has the right key.
    """
    bank, key = _named(banks, text)
    if bank is None or key is None or not keys.matches(key, text):
        raise Problem("key-refused", _REFUSED, _CHALLENGE)
    if not keys.lives(key, now):
        raise Problem("key-ended", f"it ended at {key.ends_at:%Y-%m-%dT%H:%M:%SZ}", _CHALLENGE)
    return Caller(bank.id, key.id, key.scopes, bank.requests_per_s or rate)


def still_known(banks: dict[str, Bank], who: Caller, now: datetime) -> bool:
    """Whether the key of a caller whose answer is still under way is living."""
    bank = banks.get(who.bank)
    return bank is not None and any(key.id == who.key_id and keys.lives(key, now) for key in bank.keys)


def _named(banks: dict[str, Bank], text: str) -> tuple[Bank | None, ApiKey | None]:
    names = keys.named(text)
    bank = banks.get(names[0]) if names else None
    if bank is None or names is None:
        return None, None
    return bank, next((key for key in bank.keys if key.id == names[1]), None)


def _bearer(header: str | None) -> str:
    kind, _, text = (header or "").partition(" ")
    if kind.lower() != "bearer" or not text:
        raise Problem("no-key", "found no `Authorization: Bearer lc_…`", _CHALLENGE)
    return text.strip()
