"""Who is signed in: a signed cookie names bank and key, and both are looked up in the register at every request.

The key itself is in no cookie. A session ends after half an hour without a request, at the latest after eight hours,
when its clerk signs out, and when its key ends or is removed.
"""

import secrets
import time
from datetime import UTC, datetime
from typing import cast

import msgspec
from fastapi import Request
from itsdangerous import BadSignature, Signer, TimestampSigner
from starlette.responses import Response

from consumers.reading import keys
from liancheng.records.alerts import Scope
from service.web.callers import Caller
from service.web.problems import Problem
from service.web.services import Services, services

IDLE_S = 30 * 60
MOST_S = 8 * 3600
_RENEWED_S = 60  # a younger cookie is not given anew
_SALT = "liancheng.session"


class SignedOutError(Exception):
    """Nobody is signed in here. `why`: a key of the texts; empty where nobody was."""

    def __init__(self, why: str = "") -> None:
        super().__init__(why)
        self.why = why


class Session(msgspec.Struct, frozen=True):
    """What the cookie holds. `started`: seconds of Unix time."""

    bank: str
    key_id: str
    id: str
    started: int


class Sessions:
    """Gives and reads cookies. Those signed out are known to this process alone, until they had ended anyway."""

    def __init__(self, secret: bytes) -> None:
        self._signer = TimestampSigner(secret, _SALT)
        self._csrf = Signer(secret, "liancheng.csrf")
        self._ended: dict[str, float] = {}

    def start(self, who: Caller) -> Session:
        return Session(who.bank, who.key_id, secrets.token_urlsafe(16), int(time.time()))

    def read(self, request: Request) -> tuple[Session, int]:
        """The session, and since how many seconds its cookie is given.

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

    def give(self, request: Request, response: Response, session: Session) -> None:
        text = self._signer.sign(msgspec.json.encode(session).hex()).decode()
        safe = request.url.scheme == "https"
        response.set_cookie(cookie_name(request), text, path="/", secure=safe, httponly=True, samesite="strict")

    def take(self, request: Request, response: Response) -> None:
        """Take the cookie back."""
        safe = request.url.scheme == "https"
        response.delete_cookie(cookie_name(request), path="/", secure=safe, httponly=True, samesite="strict")

    def csrf(self, session: Session) -> str:
        """What every form of this session carries."""
        return self._csrf.get_signature(session.id).decode()

    def check_csrf(self, session: Session, found: object) -> None:
        if not isinstance(found, str) or not secrets.compare_digest(found.encode(), self.csrf(session).encode()):
            raise Problem("bad-request", "this form was not sent by the page: open the page again")


def cookie_name(request: Request) -> str:
    """`__Host-` makes a browser refuse it from another host or over plain HTTP; over plain HTTP it cannot be had."""
    return "__Host-liancheng" if request.url.scheme == "https" else "liancheng"


def sessions(request: Request) -> Sessions:
    return cast(Sessions, request.app.state.sessions)


def signed_in(request: Request) -> tuple[Session, Caller]:
    """The session of a request and who that is.

    Raises:
        SignedOutError: nobody is signed in.
        Problem: the register is not read yet.
    """
    here = services(request)
    if not here.register.caught_up.is_set():
        raise Problem("starting", "the register of banks is being read", {"Retry-After": "1"})
    session, age_s = sessions(request).read(request)
    who = caller_of(here, session)
    if who is None:
        raise SignedOutError("ended.key")
    request.scope["liancheng.caller"] = who  # for the access log
    request.state.renewed = session if age_s >= _RENEWED_S else None
    return session, who


def caller_of(here: Services, session: Session) -> Caller | None:
    """None where the key has ended, or its bank was removed."""
    bank = here.register.banks.get(session.bank)
    key = next((key for key in bank.keys if key.id == session.key_id), None) if bank else None
    if bank is None or key is None or not keys.lives(key, datetime.now(UTC)):
        return None
    return Caller(bank.id, key.id, key.scopes, bank.requests_per_s or here.settings.api_requests_per_s)


def may(request: Request, scope: Scope, *, charged: bool = True) -> tuple[Session, Caller]:
    """The same, for something that needs a scope; takes one token of the bank's rate."""
    session, who = signed_in(request)
    if scope not in who.scopes:
        raise Problem("scope-missing", f"this key has the scopes {', '.join(who.scopes) or 'none'}", scope=scope)
    if charged:
        services(request).limits.charge(who.bank, who.rate)
    return session, who
