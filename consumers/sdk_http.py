"""The HTTP service as a bank's program reaches it: its key, its problems as errors, another try where that helps."""

import time
from collections.abc import Callable, Iterable
from typing import Any

import httpx

from liancheng.errors import LianchengError, UnavailableError, WrongUseError
from liancheng.settings import Settings

_TRIES = 5
_PAUSE_S = 0.3
_AGAIN = {409, 429, 502, 503, 504}
_APPLY_S = 900.0  # a million watches are written within a minute; a busy broker needs longer


class Http:
    """For one thread, but for `close`.

    Raises:
        WrongUseError: no key is set.
    """

    def __init__(self, settings: Settings, wait_s: float = 30.0) -> None:
        if settings.api_key is None:
            raise WrongUseError("no key to the HTTP service: set LIANCHENG_API_KEY to the one that the office gave you")
        self.url = settings.api_url
        self.closed = False
        headers = {"Authorization": f"Bearer {settings.api_key.get_secret_value()}"}
        timeout = httpx.Timeout(10, read=max(wait_s, 30))
        verify: Any = str(settings.ssl_ca_location) if settings.ssl_ca_location else True
        self._client = httpx.Client(base_url=self.url, headers=headers, timeout=timeout, verify=verify)

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.ask(lambda client: client.get(path, params=query))

    def ask(self, send: Callable[[httpx.Client], httpx.Response]) -> httpx.Response:
        """The answer; asked again a few times where the service is busy or does not answer.

        Raises:
            UnavailableError: it still does not answer.
            WrongUseError: it refuses: the problem's detail.
        """
        last: LianchengError | None = None
        for attempt in range(_TRIES):
            try:
                answer = send(self._client)
            except httpx.TransportError as error:
                last = self.unavailable(error)
                pause = _PAUSE_S * 2**attempt
            else:
                if answer.is_success:
                    return answer
                last = problem(answer)
                if answer.status_code not in _AGAIN or "offset" in answer.text:
                    raise last
                pause = float(answer.headers.get("Retry-After", _PAUSE_S))
            if self.closed:
                break
            time.sleep(pause)
        assert last, "it was tried"
        raise last

    def stream(self, path: str, chunks: Iterable[bytes], media: str, **query: Any) -> httpx.Response:
        """PUT a body of any length, once.

        Raises:
            UnavailableError: the connection broke.
            WrongUseError: it was refused.
        """
        timeout = httpx.Timeout(30, read=_APPLY_S)
        try:
            answer = self._client.put(
                path, params=query, content=iter(chunks), headers={"Content-Type": media}, timeout=timeout
            )
        except httpx.TransportError as error:
            raise self.unavailable(error) from error
        if not answer.is_success:
            raise problem(answer)
        return answer

    def unavailable(self, error: Exception) -> UnavailableError:
        return UnavailableError(
            f"the HTTP service at {self.url} does not answer ({error}): is LIANCHENG_API_URL right?"
        )

    def close(self) -> None:
        self.closed = True
        self._client.close()


def problem(answer: httpx.Response) -> LianchengError:
    """A problem (RFC 9457) as an error of ours."""
    try:
        told = answer.json()
    except ValueError:
        told = {}
    text = f"{told.get('title', 'the HTTP service refuses')}: {told.get('detail', f'status {answer.status_code}')}"
    return UnavailableError(text) if answer.status_code in _AGAIN else WrongUseError(text)
