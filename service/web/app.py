"""The app: routers, problems, limits, the OpenAPI document."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from fastapi import FastAPI, Response
from fastapi.routing import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from liancheng.settings import Settings
from service import pages
from service.routes.bank import (
    alert_counts,
    alerts,
    books,
    screening,
    screening_stream,
    service_keys,
    watches,
    webhooks,
)
from service.web import openapi, problems
from service.web.edge import Edge
from service.web.services import Services

ROUTERS: tuple[APIRouter, ...] = (
    screening.router,
    books.router,
    screening_stream.router,
    service_keys.router,
    watches.router,
    alerts.router,
    alert_counts.router,
    webhooks.router,
)


def create_app(settings: Settings) -> FastAPI:
    """The HTTP service for banks. Everything that banks use is under /v1."""
    here = Services(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await here.start()
        try:
            yield
        finally:
            await here.stop()

    app = FastAPI(
        title="Liancheng 联惩",
        version="1",
        lifespan=lifespan,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,  # a redirect is no problem, and repeats what was asked
    )
    app.state.services = here
    app.add_middleware(Edge, body_max=settings.api_body_max)
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    _add_watching(app, here)
    pages.install(app, here)
    openapi.install(app)
    return app


def _add_watching(app: FastAPI, here: Services) -> None:
    """/health (200: it can answer) and /metrics, as every process of ours has them; not for banks."""

    @app.get("/health", include_in_schema=False)
    async def health() -> Response:
        ready, told = here.health()
        return _json(told, 200 if ready else 503)

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _json(told: Any, status: int) -> Response:
    return Response(msgspec.json.encode(told), status, media_type="application/json")
