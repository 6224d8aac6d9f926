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


def provided(kind: type[T]) -> Callable[[Request], Awaitable[T]]:
    """Returns the dependency on a part."""

    async def get(request: Request) -> T:
        return part(request.app, kind)

    return get


AlertsDep = Annotated[BankAlerts, Depends(provided(BankAlerts))]
AlertStreamsDep = Annotated[AlertStreams, Depends(provided(AlertStreams))]
BookKeeperDep = Annotated[BookKeeper, Depends(provided(BookKeeper))]
BookReplacementDep = Annotated[BookReplacement, Depends(provided(BookReplacement))]
BookScreenerDep = Annotated[BookScreener, Depends(provided(BookScreener))]
CallersDep = Annotated[Callers, Depends(provided(Callers))]
LimitsDep = Annotated[Limits, Depends(provided(Limits))]
ScreenerDep = Annotated[Screener, Depends(provided(Screener))]
SettingsDep = Annotated[Settings, Depends(provided(Settings))]
SignerDep = Annotated[Signer, Depends(provided(Signer))]
WatchesDep = Annotated[LiveWatches, Depends(provided(LiveWatches))]
WebhooksDep = Annotated[WebhookKeeper, Depends(provided(WebhookKeeper))]
