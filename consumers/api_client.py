"""A client of the HTTP service: its problems become errors of ours."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx
import msgspec

from liancheng.errors import LianchengError, UnavailableError, WrongUseError
from liancheng.settings import Settings

_TIMEOUT_S = 60.0


class ApiClient:
    """For one thread. The key is that of LIANCHENG_API_KEY."""

    def __init__(self, settings: Settings) -> None:
        self.url = settings.api_url.rstrip("/")
        key = settings.api_key
        headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
        try:
            self._client = httpx.Client(base_url=self.url, headers=headers, timeout=_TIMEOUT_S, trust_env=False)
        except (httpx.InvalidURL, ValueError) as error:
            raise WrongUseError(f"LIANCHENG_API_URL: found {self.url!r}, expected https://host:port") from error

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> bytes:
        """The body of an answer. Raises what the answer says."""
        return self._sent("GET", path, params=query)

    def post(self, path: str, body: bytes) -> bytes:
        return self._sent("POST", path, content=body, headers={"Content-Type": "application/json"})

    def _sent(self, method: str, path: str, **more: Any) -> bytes:
        try:
            answer = self._client.request(method, path, **more)
        except httpx.HTTPError as error:
            raise UnavailableError(
                f"no HTTP service answers at {self.url} ({error or type(error).__name__}): "
                "start one with `liancheng up`, or set LIANCHENG_API_URL"
            ) from error
        if answer.status_code != 200:
            raise _error(answer)
        return answer.content

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _error(answer: httpx.Response) -> LianchengError:
    try:
        told = msgspec.json.decode(answer.content, type=dict[str, Any])
        text = f"{told['title']}: {told['detail']}"
    except (msgspec.DecodeError, KeyError):
        text = f"found HTTP status {answer.status_code}, expected an answer of Liancheng: check LIANCHENG_API_URL"
    if answer.status_code == 401:
        text += " (set LIANCHENG_API_KEY to a key that `liancheng bank rotate-key` showed)"
    return UnavailableError(text) if answer.status_code >= 429 else WrongUseError(text)
