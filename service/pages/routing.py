"""Routes of pages: errors become pages, answers carry security headers, forms of other sites are refused."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.responses import RedirectResponse

from service.pages import rendering
from service.pages.languages import LANGUAGE_COOKIE, chosen_language
from service.pages.sessions import Sessions, SignedOutError
from service.web.parts import part
from service.web.problems import KINDS, Problem, problem_of

log = logging.getLogger("liancheng.api")

SAFE = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with `no-referrer` a browser says `Origin: null` when it posts a form
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
_YEAR_S = 365 * 24 * 3600


class PageRoute(APIRoute):
    """`APIRouter(route_class=PageRoute)`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def page(request: Request) -> Response:
            try:
                if request.method == "POST":
                    _check_origin(request)
                response = await handle(request)
            except SignedOutError as error:
                response = _to_sign_in(request, error)
            except Exception as error:
                response = _error(request, problem_of(error), error)
            return _finished(request, response)

        return page


def _check_origin(request: Request) -> None:
    """Browsers send the origin of a form with it. A request without one comes from no browser and is refused."""
    origin = request.headers.get("origin", "")
    if not origin or urlsplit(origin).netloc != request.headers.get("host"):
        raise Problem("bad-request", "this form was not sent by the page: open the page again")


def _to_sign_in(request: Request, error: SignedOutError) -> Response:
    if not wants_page(request):
        return Problem("no-key", "nobody is signed in").response()
    response = RedirectResponse("/sign-in" + (f"?why={error.why}" if error.why else ""), 303)
    part(request.app, Sessions).delete_cookie(request, response)
    return response


def _error(request: Request, problem: Problem, error: Exception) -> Response:
    if problem.slug == "internal":
        log.error("a page could not be made", exc_info=error)
    if not wants_page(request):
        return problem.response()
    status = KINDS[problem.slug].status
    return rendering.page(request, "error.html", status, problem.headers, problem=problem)


def wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "text/html")


def _finished(request: Request, response: Response) -> Response:
    for name, value in SAFE.items():
        response.headers.setdefault(name, value)
    if session := getattr(request.state, "renewed", None):
        part(request.app, Sessions).set_cookie(request, response, session)
    if language := chosen_language(request):
        response.set_cookie(LANGUAGE_COOKIE, language, _YEAR_S, path="/", httponly=True, samesite="strict")
    return response
