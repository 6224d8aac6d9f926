"""A client of the HTTP service. Its problems are raised as errors of this package."""

import time
from collections.abc import Iterable, Mapping
from typing import Any, Self

import httpx
import msgspec

from consumers.reading import keys
from liancheng.errors import LianchengError, UnavailableError, WrongUseError
from liancheng.settings import Settings

_TIMEOUT_S = 60.0
_PAUSES_S = (0.3, 0.6, 1.2, 2.4)
_STREAM_S = 900.0  # a million watches take a minute to write; a busy broker needs longer


class ApiClient:
    """For one thread. The key is that of LIANCHENG_API_KEY.

    `patient`: retry a few times if the service is busy or does not answer.
    """

    def __init__(self, settings: Settings, patient: bool = False) -> None:
        self.url = settings.api_url.rstrip("/")
        self.closing = False
        self._pauses_s = _PAUSES_S if patient else ()
        key = settings.api_key
        headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
        try:
            self._client = httpx.Client(base_url=self.url, headers=headers, timeout=_TIMEOUT_S, trust_env=False)
        except (httpx.InvalidURL, ValueError) as error:
            raise WrongUseError(f"LIANCHENG_API_URL: found {self.url!r}, expected https://host:port") from error

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> bytes:
        """Returns the body of an answer. Raises the error that the answer reports."""
        return self._retried("GET", path, params=query)

    def post(
        self, path: str, body: bytes, query: Mapping[str, Any] | None = None, media: str = "application/json"
    ) -> bytes:
        return self._retried("POST", path, content=body, params=query, headers={"Content-Type": media})

    def delete(self, path: str) -> None:
        self._retried("DELETE", path)

    def put_stream(self, path: str, chunks: Iterable[bytes], query: Mapping[str, Any], media: str) -> bytes:
        """Sends a body of any length by PUT; never retried."""
        headers, timeout = {"Content-Type": media}, httpx.Timeout(_TIMEOUT_S, read=_STREAM_S)
        return self._sent("PUT", path, content=iter(chunks), params=query, headers=headers, timeout=timeout)

    def _retried(self, method: str, path: str, **more: Any) -> bytes:
        for pause_s in self._pauses_s:
            try:
                return self._sent(method, path, **more)
            except UnavailableError:
                if self.closing:
                    raise
            time.sleep(pause_s)
        return self._sent(method, path, **more)

    def _sent(self, method: str, path: str, **more: Any) -> bytes:
        try:
            answer = self._client.request(method, path, **more)
        except httpx.HTTPError as error:
            raise UnavailableError(
                f"no HTTP service answers at {self.url} ({error or type(error).__name__}): "
                "start one with `liancheng up`, or set LIANCHENG_API_URL"
            ) from error
        if not answer.is_success:
            raise _error(answer)
        return answer.content

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def require_key(settings: Settings, bank: str) -> None:
    """Raises WrongUseError if there is no key to the HTTP service, or that of another bank."""
    if settings.api_key is None:
        raise WrongUseError("no key to the HTTP service: set LIANCHENG_API_KEY to the one that the office gave you")
    named = keys.named(settings.api_key.get_secret_value())
    if named and named[0] != bank:
        raise WrongUseError(f"LIANCHENG_API_KEY: found a key of {named[0]}, expected one of {bank}")


def _error(answer: httpx.Response) -> LianchengError:
    try:
        problem = msgspec.json.decode(answer.content, type=dict[str, Any])
        text = f"{problem['title']}: {problem['detail']}"
    except (msgspec.DecodeError, KeyError):
        text = f"found HTTP status {answer.status_code}, expected an answer of Liancheng: check LIANCHENG_API_URL"
    if answer.status_code == 401:
        text += " (set LIANCHENG_API_KEY to a key that `liancheng bank rotate-key` showed)"
    passing = answer.status_code == 409 or answer.status_code >= 429  # a conflict with another request passes, too
    return UnavailableError(text) if passing else WrongUseError(text)
