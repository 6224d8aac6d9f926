"""Bodies that are files: which media types are accepted, as a whole and as a stream."""

from typing import NamedTuple

from starlette.requests import Request

from service.web.problems import Problem

_NDJSON = ("application/x-ndjson", "application/jsonl", "application/json-lines")
_STREAMS = {"text/csv": False} | dict.fromkeys(_NDJSON, True)  # whether it is JSON
WORKBOOKS = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/vnd.ms-excel")
_ENCODINGS = {"utf-8": "utf-8", "utf8": "utf-8", "gb18030": "gb18030", "gbk": "gb18030", "gb2312": "gb18030"}


class StreamForm(NamedTuple):
    """What a Content-Type says of a stream. `encoding` None: the bytes decide."""

    is_json: bool
    encoding: str | None


def require_file(request: Request) -> None:
    """Raises Problem unless the Content-Type is CSV, JSON lines or a workbook."""
    _media(request, (*_STREAMS, *WORKBOOKS))


def stream_form(request: Request) -> StreamForm:
    """Returns the form of a stream. Raises Problem unless the Content-Type is CSV or JSON lines."""
    media, encoding = _media(request, tuple(_STREAMS))
    return StreamForm(_STREAMS[media], encoding)


def _media(request: Request, expected: tuple[str, ...]) -> tuple[str, str | None]:
    media, _, rest = request.headers.get("content-type", "").lower().partition(";")
    charset = rest.partition("charset=")[2].strip().strip('"')
    if media.strip() not in expected or charset not in ("", *_ENCODINGS):
        detail = f"found {media.strip() or 'none'}, expected one of {', '.join(expected)}, in utf-8 or gb18030"
        raise Problem("unsupported-media-type", detail)
    return media.strip(), _ENCODINGS.get(charset)
