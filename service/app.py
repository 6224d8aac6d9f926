"""The app: every engine, limit, route and page of the service, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.staticfiles import StaticFiles

from consumers.reading.signatures import Signer
from consumers.view.reader import AsyncView
from liancheng.settings import Settings
from service.engines.bank_alerts import BankAlerts
from service.engines.book_keeper import BookKeeper
from service.engines.book_replacement import BookReplacement
from service.engines.book_screener import BookScreener
from service.engines.callers import Callers
from service.engines.live_list import LiveList
from service.engines.live_register import LiveRegister
from service.engines.live_watches import LiveWatches
from service.engines.name_search import NameSearch
from service.engines.receipt_log import ReceiptLog
from service.engines.receipts import Receipts
from service.engines.screener import Screener
from service.engines.webhook_keeper import WebhookKeeper
from service.pages import bank as bank_pages
from service.pages import sign_in
from service.pages.bank.book_shelf import BookShelf
from service.pages.sessions import Sessions
from service.routes import bank as bank_routes
from service.web import openapi, problems
from service.web.alert_streams import AlertStreams
from service.web.edge import Edge
from service.web.limits import Limits
from service.web.parts import provide

_STATIC = Path(__file__).parent / "pages" / "static"


def create_app(settings: Settings) -> FastAPI:
    """Returns the HTTP service. Everything for programs is under /v1.

    Raises:
        WrongUseError: the signing key or the key of the webhooks cannot be used.
    """
    register, live_list, watches = LiveRegister(settings), LiveList(settings), LiveWatches(settings)
    view, signer, log = AsyncView(settings), Signer(settings), ReceiptLog(settings)
    callers, limits = Callers(register, settings.api_requests_per_s), Limits()
    names, receipts = NameSearch(view, live_list), Receipts(signer, log)
    books, keeper = BookScreener(view, live_list, names, receipts), BookKeeper(settings, watches)
    replacement = BookReplacement(settings, watches, keeper)
    alerts = BankAlerts(settings, signer)
    webhooks = WebhookKeeper(settings, alerts)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        for engine in (register, live_list, log, watches, replacement, webhooks, alerts):
            engine.start()
        try:
            yield
        finally:
            for engine in (register, live_list, log, watches, alerts):
                engine.stop()
            await view.close()
            await webhooks.stop()

    app = FastAPI(
        title="Liancheng 联惩",
        version="1",
        lifespan=lifespan,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # its page loads scripts from other hosts
        redoc_url=None,
        redirect_slashes=False,  # a redirect is no problem document, and repeats the query
    )
    provide(
        app, settings, signer, callers, limits, alerts, AlertStreams(settings, callers, alerts),
        Screener(settings, view, live_list, names, receipts), books, watches, keeper, replacement, webhooks,
        Sessions(signer.secret(b"sessions of the clerk's page")), BookShelf(books, limits),
    )  # fmt: skip
    app.add_middleware(Edge, body_max=settings.api_body_max)
    problems.install(app)
    for router in bank_routes.ROUTERS:
        app.include_router(router)
    for router in (sign_in.router, *bank_pages.ROUTERS):
        app.include_router(router, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=_STATIC))
    _add_monitoring(app, register, live_list)
    openapi.install(app)
    return app


def _add_monitoring(app: FastAPI, register: LiveRegister, live_list: LiveList) -> None:
    """/health (200: requests can be answered) and /metrics, as in every process of this project; not for banks."""

    @app.get("/health", include_in_schema=False)
    async def health() -> Response:
        ready = register.caught_up.is_set()
        names = {"ready": live_list.ready, "progress": live_list.progress}
        body = msgspec.json.encode({"ready": ready, "banks": len(register.banks), "names": names})
        return Response(body, 200 if ready else 503, media_type="application/json")

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
