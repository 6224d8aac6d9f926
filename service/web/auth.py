"""Authentication of programs by a bank's key, the scopes of that key, and the bank's rate of requests."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request

from liancheng.records.alerts import Scope
from service.engines.callers import Caller, Callers
from service.web.limits import Limits
from service.web.parts import part
from service.web.problems import Problem


def caller_with(scope: Scope) -> Callable[[Request], Awaitable[Caller]]:
    """Returns the dependency on a caller whose key has this scope. It takes one token of the bank's rate."""

    async def authenticated(request: Request) -> Caller:
        caller = part(request.app, Callers).by_key(_bearer(request.headers.get("authorization")))
        admit(request, caller, scope)
        return caller

    return authenticated


def admit(request: Request, caller: Caller, scope: Scope, cost: float = 1) -> None:
    """Names the caller in the access log and takes tokens. Raises Problem: scope-missing, too-many-requests."""
    request.scope["liancheng.caller"] = caller
    if scope not in caller.scopes:
        detail = f"this key has the scopes {', '.join(caller.scopes) or 'none'}"
        raise Problem("scope-missing", detail, scope=scope)
    charge(request, caller, cost)


def charge(request: Request, caller: Caller, cost: float) -> None:
    """Takes tokens of the bank's rate. Raises Problem: too-many-requests."""
    if cost:
        part(request.app, Limits).charge(caller.bank, caller.rate, cost)


AlertsCaller = Annotated[Caller, Depends(caller_with("alerts"))]
ScreenCaller = Annotated[Caller, Depends(caller_with("screen"))]
WatchCaller = Annotated[Caller, Depends(caller_with("watch"))]


def _bearer(header: str | None) -> str:
    kind, _, text = (header or "").partition(" ")
    if kind.lower() != "bearer" or not text:
        raise Problem("no-key", "found no `Authorization: Bearer lc_…`")
    return text.strip()
