"""Signing in with a key of the bank, and out."""

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from service.engines.errors import KeyEndedError, KeyRefusedError
from service.pages.rendering import page
from service.pages.routing import PageRoute
from service.pages.sessions import SessionsDep, SignedIn, SignedOutError, signed_in
from service.web.parts import CallersDep, LimitsDep

router = APIRouter(route_class=PageRoute)

_WHYS = ("ended.time", "ended.key", "ended.here")


@router.get("/sign-in")
async def form(request: Request) -> Response:
    try:
        await signed_in(request)
    except SignedOutError:
        why = request.query_params.get("why", "")
        return page(request, "sign_in.html", why=why if why in _WHYS else "", wrong="")
    return RedirectResponse("/", 303)


@router.post("/sign-in")
async def sign_in(request: Request, callers: CallersDep, sessions: SessionsDep, limits: LimitsDep) -> Response:
    callers.require_ready()
    key = (await request.form(max_files=0, max_fields=5)).get("key")
    text = key.strip() if isinstance(key, str) else ""
    try:
        caller = callers.by_key(text)
    except (KeyRefusedError, KeyEndedError) as error:
        wrong = "key-ended" if isinstance(error, KeyEndedError) else "key-refused" if text else "no-key"
        return page(request, "sign_in.html", 403, why="", wrong=f"sign_in.{wrong}")
    request.scope["liancheng.caller"] = caller
    limits.charge(caller.bank, caller.rate)
    response = RedirectResponse("/", 303)
    sessions.set_cookie(request, response, sessions.start(caller))
    return response


@router.post("/sign-out")
async def sign_out(request: Request, clerk: SignedIn, sessions: SessionsDep) -> Response:
    form = await request.form(max_files=0, max_fields=5)
    sessions.check_csrf(clerk.session, form.get("csrf"))
    sessions.end(clerk.session)
    request.state.renewed = None
    response = RedirectResponse("/sign-in?why=ended.here", 303)
    sessions.delete_cookie(request, response)
    return response


@router.get("/session")
async def session(_: SignedIn) -> Response:
    """Keeps a session alive for a page that stays open and only listens."""
    return Response(status_code=204)
