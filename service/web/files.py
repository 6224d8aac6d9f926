"""Bodies that are files: which media types are accepted, as a whole and as a stream."""

from typing import NamedTuple

from starlette.requests import Request

from service.web.problems import Problem

_NDJSON = ("application/x-ndjson", "application/jsonl", "application/json-lines")
_TEXTS = {"text/csv": False} | dict.fromkeys(_NDJSON, True)  # whether it is JSON
WORKBOOKS = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/vnd.ms-excel")
_ENCODINGS = {"utf-8": "utf-8", "utf8": "utf-8", "gb18030": "gb18030", "gbk": "gb18030", "gb2312": "gb18030"}


class FileForm(NamedTuple):
    """What a Content-Type says of a file. `encoding` None: the bytes decide."""

    is_json: bool
    encoding: str | None


def file_form(request: Request, *workbooks: str) -> FileForm:
    """Returns the form of a body. Raises Problem unless it is CSV, JSON lines or one of `workbooks`."""
    media, _, rest = request.headers.get("content-type", "").lower().partition(";")
    charset = rest.partition("charset=")[2].strip().strip('"')
    expected = (*_TEXTS, *workbooks)
    if media.strip() not in expected or charset not in ("", *_ENCODINGS):
        detail = f"found {media.strip() or 'none'}, expected one of {', '.join(expected)}, in utf-8 or gb18030"
        raise Problem("unsupported-media-type", detail)
    return FileForm(_TEXTS.get(media.strip(), False), _ENCODINGS.get(charset))
