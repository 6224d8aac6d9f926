"""Who is signed in: a signed cookie names bank and key, and both are looked up in the register at every request.

No cookie holds the key itself. A session ends after half an hour without a request, after eight hours at the latest,
when its clerk signs out, and when its key ends or is removed.
"""

import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, NamedTuple

import msgspec
from fastapi import Depends, Request
from itsdangerous import BadSignature, Signer, TimestampSigner
from starlette.responses import Response

from liancheng.records.alerts import Scope
from service.engines.callers import Caller, Callers
from service.web.auth import admit
from service.web.parts import part, provided
from service.web.problems import Problem

IDLE_S = 30 * 60
MOST_S = 8 * 3600
_RENEW_AFTER_S = 60  # a younger cookie is not replaced
_SALT = "liancheng.session"


class SignedOutError(Exception):
    """Nobody is signed in. `why`: a key of the texts; empty if nobody was."""

    def __init__(self, why: str = "") -> None:
        super().__init__(why)
        self.why = why


class Session(msgspec.Struct, frozen=True):
    """What the cookie holds. `started`: seconds of Unix time."""

    bank: str
    key_id: str
    id: str
    started: int


class Clerk(NamedTuple):
    """Who is signed in: the session, and the caller whose key it was started with."""

    session: Session
    caller: Caller


class Sessions:
    """Issues and reads cookies. Who has signed out is known only to this process, as long as the cookie is valid."""

    def __init__(self, secret: bytes) -> None:
        self._signer = TimestampSigner(secret, _SALT)
        self._csrf = Signer(secret, "liancheng.csrf")
        self._ended: dict[str, float] = {}

    def start(self, caller: Caller) -> Session:
        return Session(caller.bank, caller.key_id, secrets.token_urlsafe(16), int(time.time()))

    def read(self, request: Request) -> tuple[Session, int]:
        """Returns the session and the age of its cookie in seconds.

        Raises:
            SignedOutError: there is none, or it has ended.
        """
        text = request.cookies.get(cookie_name(request))
        if not text:
            raise SignedOutError
        try:
            raw, at = self._signer.unsign(text, max_age=IDLE_S, return_timestamp=True)
            session = msgspec.json.decode(bytes.fromhex(raw.decode()), type=Session)
        except (BadSignature, ValueError, msgspec.DecodeError) as error:
            raise SignedOutError("ended.time") from error
        if not self.lives(session):
            raise SignedOutError("ended.time")
        return session, int(time.time() - at.timestamp())

    def lives(self, session: Session) -> bool:
        """Whether it is neither too old nor signed out."""
        return session.id not in self._ended and time.time() - session.started < MOST_S

    def end(self, session: Session) -> None:
        now = time.time()
        self._ended = {id_: until for id_, until in self._ended.items() if until > now}
        self._ended[session.id] = session.started + MOST_S

    def set_cookie(self, request: Request, response: Response, session: Session) -> None:
        text = self._signer.sign(msgspec.json.encode(session).hex()).decode()
        safe = request.url.scheme == "https"
        response.set_cookie(cookie_name(request), text, path="/", secure=safe, httponly=True, samesite="strict")

    def delete_cookie(self, request: Request, response: Response) -> None:
        safe = request.url.scheme == "https"
        response.delete_cookie(cookie_name(request), path="/", secure=safe, httponly=True, samesite="strict")

    def csrf(self, session: Session) -> str:
        """Returns the token that every form of this session carries."""
        return self._csrf.get_signature(session.id).decode()

    def check_csrf(self, session: Session, token: object) -> None:
        if not isinstance(token, str) or not secrets.compare_digest(token.encode(), self.csrf(session).encode()):
            raise Problem("bad-request", "this form was not sent by the page: open the page again")


def cookie_name(request: Request) -> str:
    """`__Host-` makes a browser refuse the cookie from another host or over plain HTTP, where it is not allowed."""
    return "__Host-liancheng" if request.url.scheme == "https" else "liancheng"


SessionsDep = Annotated[Sessions, Depends(provided(Sessions))]


async def signed_in(request: Request) -> Clerk:
    """Returns who is signed in.

    Raises:
        SignedOutError: nobody is.
        StartingError: the register has not been read yet.
    """
    callers = part(request.app, Callers)
    callers.require_ready()
    session, age_s = part(request.app, Sessions).read(request)
    caller = callers.by_id(session.bank, session.key_id)
    if caller is None:
        raise SignedOutError("ended.key")
    request.scope["liancheng.caller"] = caller  # for the access log
    request.state.renewed = session if age_s >= _RENEW_AFTER_S else None
    return Clerk(session, caller)


def may(scope: Scope, cost: float = 1) -> Callable[[Request], Awaitable[Clerk]]:
    """Returns the dependency on a clerk whose key has this scope. It takes `cost` tokens of the bank's rate."""

    async def admitted(request: Request) -> Clerk:
        clerk = await signed_in(request)
        admit(request, clerk.caller, scope, cost)
        return clerk

    return admitted


SignedIn = Annotated[Clerk, Depends(signed_in)]
MayScreen = Annotated[Clerk, Depends(may("screen"))]
MayReadAlerts = Annotated[Clerk, Depends(may("alerts"))]
