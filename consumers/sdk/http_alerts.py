"""A bank's alerts over HTTP, for banks that cannot reach Kafka: long polls, the same numbers and models."""

from collections.abc import Iterator

from consumers.reading.gapless import Gapless
from consumers.sdk.api_client import ApiClient, require_key
from liancheng import codec
from liancheng.records.alerts import Alert
from liancheng.records.facts import Model
from liancheng.settings import Settings

_PAGE_ALERTS = 500
_WAIT_S = 5  # `stop` waits no longer


class _AlertPage(Model, frozen=True, kw_only=True):
    alerts: tuple[Alert, ...] = ()


_decode = codec.decoder(_AlertPage)


class HttpChannel:
    """See `alert_handler.Channel`."""

    def __init__(self, bank: str, settings: Settings) -> None:
        self._bank = bank
        require_key(settings, bank)
        self._http = ApiClient(settings, patient=True)

    def since(self, last: int, follow: bool) -> Iterator[Alert]:
        numbers = Gapless(self._bank, last)
        while not self._http.closing:
            page = self._page(numbers.last + 1, _WAIT_S if follow else 0)
            if not page.alerts and not follow:
                return
            for alert in page.alerts:
                if numbers.is_next(alert.number):
                    yield alert

    def _page(self, number: int, wait_s: int) -> _AlertPage:
        query = {"from": number, "limit": _PAGE_ALERTS, "wait": wait_s}
        page: _AlertPage = codec.read(_decode, self._http.get("/v1/alerts", query), f"alerts from {number} over HTTP")
        return page

    def stop(self) -> None:
        self._http.closing = True

    def close(self) -> None:
        self._http.close()
