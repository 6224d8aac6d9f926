"""Signing in with a key of the bank, and out."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse

from service.pages.rendering import page
from service.pages.routing import PageRoute
from service.pages.sessions import SignedOutError, sessions, signed_in
from service.web.auth import identified
from service.web.problems import Problem
from service.web.services import services

router = APIRouter(route_class=PageRoute)

_WHYS = ("ended.time", "ended.key", "ended.here")


@router.get("/sign-in")
async def form(request: Request) -> Response:
    try:
        signed_in(request)
    except SignedOutError:
        why = request.query_params.get("why", "")
        return page(request, "sign_in.html", why=why if why in _WHYS else "", wrong="")
    return RedirectResponse("/", 303)


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    here = services(request)
    if not here.register.caught_up.is_set():
        raise Problem("starting", "the register of banks is being read", {"Retry-After": "1"})
    text = _text(await request.form(max_files=0, max_fields=5), "key").strip()
    try:
        who = identified(here.register.banks, text, datetime.now(UTC), here.settings.api_requests_per_s)
    except Problem as refused:
        wrong = f"sign_in.{refused.slug}" if text else "sign_in.no-key"
        return page(request, "sign_in.html", 403, why="", wrong=wrong)
    request.scope["liancheng.caller"] = who
    here.limits.charge(who.bank, who.rate)
    response = RedirectResponse("/", 303)
    sessions(request).give(request, response, sessions(request).start(who))
    return response


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    session, _ = signed_in(request)
    found = await request.form(max_files=0, max_fields=5)
    sessions(request).check_csrf(session, found.get("csrf"))
    sessions(request).end(session)
    request.state.renewed = None
    response = RedirectResponse("/sign-in?why=ended.here", 303)
    sessions(request).take(request, response)
    return response


@router.get("/session")
async def session(request: Request) -> Response:
    """For a page that stays open and only listens: asked now and then, its session does not end for being idle."""
    signed_in(request)
    return Response(status_code=204)


def _text(form: FormData, field: str) -> str:
    found = form.get(field)
    return found if isinstance(found, str) else ""
