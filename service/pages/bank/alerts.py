"""Live alerts: the stream of /v1 for the clerk who is signed in, and the page that listens to it."""

from collections.abc import AsyncIterable, AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import StreamingResponse

from service.pages.languages import language_of, say
from service.pages.rendering import page
from service.pages.routing import PageRoute
from service.pages.sessions import MayReadAlerts, Session, Sessions, SessionsDep
from service.web.alert_streams import first_number
from service.web.parts import AlertsDep, AlertStreamsDep

router = APIRouter(route_class=PageRoute)

SHOWN = 20  # alerts that a page shows when it is opened

_WORDS = (
    *(f"change.{kind}" for kind in ("listed", "candidate", "penalised", "escalated", "eased", "cleared", "amended")),
    *("change.objection_marked", "change.objection_resolved", "change.current"),
    *(f"level.{level}" for level in ("clear", "penalised", "candidate", "listed")),
    *(f"role.{role}" for role in ("borrower", "guarantor", "affiliate")),
    *(f"live.{text}" for text in ("connecting", "open", "lost", "ended", "new", "look", "number", "none")),
)  # texts of the script


@router.get("/alerts")
async def alerts(request: Request, _: MayReadAlerts) -> Response:
    language = language_of(request)
    return page(request, "alerts.html", words={key: say(language, key, number="{number}") for key in _WORDS})


async def newest(
    request: Request, clerk: MayReadAlerts, alerts: AlertsDep, streams: AlertStreamsDep
) -> StreamingResponse:
    """Returns the bank's stream from its last alerts on, or from where the browser was."""
    bank = clerk.caller.bank
    return streams.open(clerk.caller, first_number(request, max(1, await alerts.last(bank) - SHOWN + 1)))


@router.get("/alerts/stream", response_model=None)
async def stream(
    clerk: MayReadAlerts, sessions: SessionsDep, answer: Annotated[StreamingResponse, Depends(newest)]
) -> StreamingResponse:
    """Server-Sent Events as /v1/alerts/stream sends them."""
    answer.body_iterator = _while_signed_in(sessions, clerk.session, answer.body_iterator)
    return answer


async def _while_signed_in(
    sessions: Sessions, session: Session, events: AsyncIterable[str | bytes | memoryview]
) -> AsyncIterator[str | bytes | memoryview]:
    """Yields events until the session ends, which the next event or sign of life shows."""
    async for event in events:
        if not sessions.lives(session):
            return
        yield event
