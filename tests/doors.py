"""The same bad files at every door: what each makes of them, and the matrix of both (`python -m tests.doors`)."""

import asyncio
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import httpx
from fastapi import FastAPI

from consumers.books import customers, watch_file
from consumers.books.watchlist import Difference
from liancheng.answers.screening_answers import AskedRow, RowError
from liancheng.errors import WrongUseError
from liancheng.settings import Settings
from liancheng.text.findings import sentence
from producers import files
from service.engines.book_keeper import BookKeeper
from service.engines.book_replacement import BookReplacement
from service.engines.book_screener import BookScreener
from service.engines.callers import Caller, Callers
from service.engines.rows import checked
from service.pages.bank import book_file
from service.pages.bank.book_file import WrongFileError
from service.routes.bank import screening_stream, watches
from service.web import problems
from service.web.limits import Limits

FOLDER = Path(__file__).parent / "data" / "bad_files"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NAMES = ("the body.jsonl: ", "the body: ")


class Answer(NamedTuple):
    """What a door makes of a file: the USCCs of the rows taken, the refused rows by line, or why it takes none."""

    taken: tuple[str, ...] = ()
    refused: tuple[tuple[int, str], ...] = ()
    file: str = ""

    def __str__(self) -> str:
        return "refused" if self.file else f"{len(self.taken)}+{len(self.refused)}"


Door = Callable[[bytes, str], Answer]


def publish(raw: bytes, name: str) -> Answer:
    rows = files.read(raw, name).rows
    refused = tuple((row.line, " | ".join(map(sentence, row.findings))) for row in rows if row.findings)
    return Answer(tuple(getattr(row.event, "uscc", "") for row in rows if row.event), refused)


def watch(raw: bytes, name: str) -> Answer:
    file = watch_file.read(raw, name)
    refused = tuple((row.line, " | ".join(map(sentence, row.findings))) for row in file.refused)
    return Answer(tuple(row.uscc for row in file.rows), refused)


def screen(raw: bytes, name: str) -> Answer:
    file = customers.read(raw, name)
    return _screened([checked(row) for row in file.rows], file.lines)


def match(raw: bytes, name: str) -> Answer:
    rows = list(customers.read(raw, name).customers())
    refused = tuple((row.line, row.refused.detail) for row in rows if row.refused)
    return Answer(tuple(row.uscc or row.name or "" for row in rows if not row.refused), refused)


def page(raw: bytes, name: str) -> Answer:
    try:
        file = book_file.read(raw, name)
    except WrongFileError as wrong:
        raise WrongUseError(str(wrong.values["text"])) from wrong
    return _screened([checked(row) for row in file.rows], file.lines)


def _screened(rows: Iterable[str | AskedRow | RowError], lines: Iterable[int]) -> Answer:
    pairs = list(zip(lines, rows, strict=True))
    refused = tuple((line, row.detail) for line, row in pairs if isinstance(row, RowError))
    return Answer(
        tuple(row if isinstance(row, str) else row.name or "" for _, row in pairs if not isinstance(row, RowError)),
        refused,
    )


def post_watches(raw: bytes, name: str) -> Answer:
    return asyncio.run(_http("POST", "/v1/watches", raw, _media(name)))


def put_watches(raw: bytes, name: str) -> Answer:
    """In pieces, as a stream arrives."""
    return asyncio.run(_http("PUT", "/v1/watches?upload=bad-files", raw, _media(name)))


def stream(raw: bytes, name: str) -> Answer:
    """In pieces; the answer numbers rows, not lines."""
    return asyncio.run(_http("POST", "/v1/screenings/stream", raw, _media(name)))


DOORS: dict[str, Door] = {
    "publish": publish,
    "watch": watch,
    "screen": screen,
    "match": match,
    "page": page,
    "POST": post_watches,
    "PUT": put_watches,
    "stream": stream,
}
STREAMS = ("PUT", "stream")


@cache
def ask(door: Door, raw: bytes, name: str) -> Answer:
    """The answer of a door, without the name that it gives the file."""
    try:
        return door(raw, name)
    except WrongUseError as error:
        text = str(error)
        for prefix in (f"{name}: ", *_NAMES):
            text = text.removeprefix(prefix)
        return Answer(file=text)


def bad_files() -> Iterator[tuple[str, bytes]]:
    for path in sorted(FOLDER.iterdir()):
        yield path.name, path.read_bytes()


def _media(name: str) -> str:
    return {".xlsx": XLSX, ".jsonl": "application/x-ndjson"}.get(Path(name).suffix, "text/csv")


class _Keeper(BookKeeper):
    """Takes rows, and writes nothing."""

    def __init__(self) -> None:
        self.rows: list[str] = []

    def merge(self, bank: str, rows: Any, *, remove: bool = False) -> Difference:
        self.rows = [row.uscc for row in rows]
        return Difference()


class _Replacement(BookReplacement):
    """Receives uploads, and applies none."""

    def __init__(self, home: Path) -> None:
        super().__init__(Settings(home=home), SimpleNamespace(require_ready=lambda: None), None)  # type: ignore[arg-type]

    def apply(self, bank: str, upload: Any, confirm: bool = False) -> Any:
        self.received = upload
        return upload


class _Screener(BookScreener):
    """Checks rows, and looks no company up."""

    def __init__(self) -> None:
        self.rows: list[str | AskedRow | RowError] = []

    async def check_fresh(self) -> None:
        pass

    def book(self, caller: Caller) -> Any:
        async def screen(rows: Any) -> list[bytes]:
            self.rows += [checked(row) for row in rows]
            return []

        return SimpleNamespace(screen=screen, end_line=lambda: b"")


async def _http(method: str, path: str, raw: bytes, media: str) -> Answer:
    """The answer of the service's own routes, over HTTP within this process; only what keeps the rows is replaced."""
    caller = Caller("bank-a", "key", ("screen", "watch"), 1e9)
    app = FastAPI()
    problems.install(app)
    app.include_router(watches.router)
    app.include_router(screening_stream.router)
    keeper, screener = _Keeper(), _Screener()
    with tempfile.TemporaryDirectory() as home:
        replacement = _Replacement(Path(home))
        replacement.start()
        parts = {
            Callers: SimpleNamespace(by_key=lambda _: caller), Limits: Limits(), BookKeeper: keeper,
            BookReplacement: replacement, BookScreener: screener,
        }  # fmt: skip
        app.state.parts = parts

        async def pieces() -> Any:
            for start in range(0, len(raw), 7):
                yield raw[start : start + 7]

        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            headers = {"Content-Type": media, "Authorization": "Bearer key"}
            answer = await client.request(method, path, content=pieces(), headers=headers)
        if answer.status_code != 200:
            raise WrongUseError(answer.json()["detail"])
        if method == "PUT":
            return _uploaded(replacement)
    if path.endswith("stream"):
        last = [json.loads(line) for line in answer.text.splitlines() if line.strip()]
        if last:
            raise WrongUseError(last[-1]["problem"]["detail"])
        return _screened(screener.rows, range(1, len(screener.rows) + 1))
    return Answer(tuple(keeper.rows), _refused(answer.json().get("refused", ())))


def _uploaded(replacement: _Replacement) -> Answer:
    store, upload = replacement.store, replacement.received
    rows = [row for _, some in store.rows("bank-a", upload) for row in some]
    raw: list[Any] = store.refused("bank-a", upload.id, 0, 1_000)
    return Answer(tuple(row.uscc for row in rows), _refused(json.loads(bytes(one)) for one in raw))


def _refused(rows: Iterable[Any]) -> tuple[tuple[int, str], ...]:
    def text(finding: dict[str, str]) -> str:
        found = f"found {finding['found']!r}, " if finding.get("found") else ""
        return f"{finding['field']}: {found}expected {finding['expected']}: {finding['remedy']}"

    return tuple((row["line"], " | ".join(map(text, row["findings"]))) for row in rows)


def matrix() -> str:
    """A line for each file: how many rows each door takes and refuses. At most 98 columns wide."""
    lines = [f"{'bad file':<26}" + "".join(f"{door:<9}" for door in DOORS)]
    for name, raw in bad_files():
        answers = [ask(door, raw, name) for door in DOORS.values()]
        lines.append(f"{name:<26}" + "".join(f"{answer!s:<9}" for answer in answers))
    return "\n".join((*map(str.rstrip, lines), "3+1: three rows taken, one refused; refused: the whole file"))


if __name__ == "__main__":
    print(matrix())  # noqa: T201
