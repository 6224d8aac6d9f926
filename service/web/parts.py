"""The parts of the service that a route or page can ask for. Each asks for the ones it uses, and for no others.

`app.py` provides them. All of the dependencies are `async`, for FastAPI runs plain functions in a thread pool.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar, cast

from fastapi import Depends, FastAPI, Request

from consumers.reading.signatures import Signer
from liancheng.settings import Settings
from service.engines.bank_alerts import BankAlerts
from service.engines.book_keeper import BookKeeper
from service.engines.book_replacement import BookReplacement
from service.engines.book_screener import BookScreener
from service.engines.callers import Callers
from service.engines.live_watches import LiveWatches
from service.engines.screener import Screener
from service.engines.webhook_keeper import WebhookKeeper
from service.web.alert_streams import AlertStreams
from service.web.limits import Limits

T = TypeVar("T")


def provide(app: FastAPI, *parts: object) -> None:
    """Lets routes ask for these parts, each by its type."""
    app.state.parts = {type(part): part for part in parts}


def part(app: FastAPI, kind: type[T]) -> T:
    """Returns a part, for code that FastAPI resolves no dependencies for."""
    return cast(T, app.state.parts[kind])


def the(kind: type[T]) -> Callable[[Request], Awaitable[T]]:
    """Returns the dependency on a part."""

    async def provided(request: Request) -> T:
        return part(request.app, kind)

    return provided


TheAlerts = Annotated[BankAlerts, Depends(the(BankAlerts))]
TheAlertStreams = Annotated[AlertStreams, Depends(the(AlertStreams))]
TheBookKeeper = Annotated[BookKeeper, Depends(the(BookKeeper))]
TheBookReplacement = Annotated[BookReplacement, Depends(the(BookReplacement))]
TheBookScreener = Annotated[BookScreener, Depends(the(BookScreener))]
TheCallers = Annotated[Callers, Depends(the(Callers))]
TheLimits = Annotated[Limits, Depends(the(Limits))]
TheScreener = Annotated[Screener, Depends(the(Screener))]
TheSettings = Annotated[Settings, Depends(the(Settings))]
TheSigner = Annotated[Signer, Depends(the(Signer))]
TheWatches = Annotated[LiveWatches, Depends(the(LiveWatches))]
TheWebhooks = Annotated[WebhookKeeper, Depends(the(WebhookKeeper))]
