"""A bank's alerts over HTTP, for banks that cannot reach Kafka: long polls, the same numbers and models."""

from collections.abc import Iterator

from consumers.gapless import Gapless
from consumers.sdk_http import Http
from liancheng import codec
from liancheng.alerts import Alert
from liancheng.facts import Model
from liancheng.settings import Settings

_LIMIT = 500
_WAIT_S = 30


class _Page(Model, frozen=True, kw_only=True):
    alerts: tuple[Alert, ...] = ()


_decode = codec.decoder(_Page)


class HttpRoad:
    """See `handling.Road`."""

    def __init__(self, bank: str, settings: Settings) -> None:
        self._bank = bank
        self._http = Http(settings, wait_s=_WAIT_S + 15)
        self._stopped = False

    def since(self, last: int, follow: bool) -> Iterator[Alert]:
        numbers = Gapless(self._bank, last)
        while not self._stopped:
            page = self._page(numbers.last + 1, _WAIT_S if follow else 0)
            if not page.alerts and not follow:
                return
            for alert in page.alerts:
                if numbers.is_next(alert.number):
                    yield alert

    def _page(self, number: int, wait_s: int) -> _Page:
        query = {"from": number, "limit": _LIMIT, "wait": wait_s}
        try:
            answer = self._http.get("/v1/alerts", **query)
        except Exception:
            if self._stopped:  # the client was closed under the question
                return _Page()
            raise
        page: _Page = codec.read(_decode, answer.content, f"alerts from {number} over HTTP")
        return page

    def stop(self) -> None:
        self._stopped = True
        self._http.close()

    def close(self) -> None:
        self._http.close()
