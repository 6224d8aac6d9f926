"""Alerts as they come: the stream of /v1 for who is signed in here, and the page that listens to it."""

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable

from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from service.pages.languages import language_of, say
from service.pages.rendering import page
from service.pages.routing import PageRoute
from service.pages.sessions import Session, may, sessions
from service.routes.bank import alerts as alert_routes
from service.web.callers import Caller
from service.web.services import services

router = APIRouter(route_class=PageRoute)

SHOWN = 20  # alerts that are there already when a page is opened

Opener = Callable[[Request, Caller], Awaitable[Response]]

_WORDS = (
    *(f"change.{kind}" for kind in ("listed", "candidate", "penalised", "escalated", "eased", "cleared", "amended")),
    *("change.objection_marked", "change.objection_resolved", "change.current"),
    *(f"level.{level}" for level in ("clear", "penalised", "candidate", "listed")),
    *(f"role.{role}" for role in ("borrower", "guarantor", "affiliate")),
    *(f"live.{text}" for text in ("connecting", "open", "lost", "ended", "new", "look", "number", "none")),
)  # what the script says


@router.get("/alerts")
async def alerts(request: Request) -> Response:
    may(request, "alerts")
    language = language_of(request)
    return page(request, "alerts.html", words={key: say(language, key, number="{number}") for key in _WORDS})


async def newest(request: Request, who: Caller) -> Response:
    """The bank's stream from its last alerts on, or from where the browser was."""
    return await alert_routes.stream(request, who, max(1, await services(request).alerts.last(who.bank) - SHOWN + 1))


@router.get("/alerts/stream")
async def stream(request: Request) -> Response:
    """Server-Sent Events as /v1/alerts/stream gives them. `app.state.open_alerts` opens it: an `Opener`."""
    session, who = may(request, "alerts")
    opener: Opener = request.app.state.open_alerts
    opened = await opener(request, who)
    if isinstance(opened, StreamingResponse):
        opened.body_iterator = _while_signed_in(request, session, opened.body_iterator)
    return opened


async def _while_signed_in(
    request: Request, session: Session, events: AsyncIterable[str | bytes | memoryview]
) -> AsyncIterator[str | bytes | memoryview]:
    """Events until the session ends; that is seen at the next event or sign of life."""
    async for event in events:
        if not sessions(request).lives(session):
            return
        yield event
