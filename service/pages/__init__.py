"""Pages for a bank's clerk, in a browser: under / of the HTTP service, for people what /v1 is for programs."""

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from service.pages import signing_in
from service.pages.bank import books, live, searching
from service.pages.bank.book_shelf import Shelf
from service.pages.sessions import Sessions
from service.web.services import Services

_STATIC = Path(__file__).parent / "static"


def install(app: FastAPI, here: Services) -> None:
    """Put the pages into the app."""
    app.state.sessions = Sessions(here.signer.secret(b"sessions of the clerk's page"))
    app.state.shelf = Shelf()
    app.state.open_alerts = live.newest
    for router in (signing_in.router, searching.router, books.router, live.router):
        app.include_router(router, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=_STATIC))
