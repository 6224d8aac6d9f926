"""`screen`: one company by code or name, or a file in books of a few thousand rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from cli import words
from cli.terminal import Outcome, print_json, progress, say, table
from consumers.sdk.api_client import ApiClient
from liancheng.answers.screening_answers import (
    AskedRow,
    Book,
    Company,
    CompanyAnswer,
    NamesAnswer,
    RowError,
    ScreenedBook,
    ScreenedRow,
)
from liancheng.errors import WrongUseError
from liancheng.records.screening_receipts import canonical
from liancheng.settings import Settings
from liancheng.text.identity import check_uscc
from liancheng.text.uscc import looks_like_code
from service.engines.row_lines import CsvLines, Lines
from service.engines.rows import ScreeningRow

_BOOK = 2000  # rows in one call
_COLUMNS = ("row", "your mark", "uscc", "name", "level", "since", "reasons")


@dataclass(frozen=True)
class Wish:
    what: str
    as_of: str | None
    known_at: str | None
    save: Path | None
    as_json: bool


def run(wish: Wish) -> int:
    settings = Settings()
    if settings.api_key is None:
        raise WrongUseError("LIANCHENG_API_KEY: expected a bank's key, as `liancheng bank rotate-key` shows it once")
    with ApiClient(settings) as api:
        if Path(wish.what).is_file():
            return _file(api, wish)
        uscc, _ = check_uscc(wish.what)
        return _company(api, wish, uscc) if uscc or looks_like_code(wish.what) else _name(api, wish)


def _company(api: ApiClient, wish: Wish, uscc: str | None) -> int:
    query = {name: value for name, value in (("as_of", wish.as_of), ("known_at", wish.known_at)) if value}
    raw = api.get(f"/v1/companies/{quote(uscc or wish.what, safe='')}", query)
    _keep(wish, raw)
    if wish.as_json:
        print_json(msgspec.Raw(raw))
        return Outcome.DONE
    found = msgspec.json.decode(raw, type=CompanyAnswer)
    table(_COLUMNS[2:], [_cells(found)])
    if found.position:
        say(f"the list is complete to {found.position.complete_to}, {found.position.age_s} s old")
    elif found.past:
        say(f"as of the end of {found.past.as_of}")
    return Outcome.DONE


def _name(api: ApiClient, wish: Wish) -> int:
    if wish.as_of or wish.known_at:
        raise WrongUseError("--as-of and --known-at: expected a USCC; a name is searched on the list as it is now")
    raw = api.get("/v1/companies", {"name": wish.what})
    _keep(wish, raw)
    if wish.as_json:
        print_json(msgspec.Raw(raw))
        return Outcome.DONE
    found = msgspec.json.decode(raw, type=NamesAnswer)
    rows = [(f"{match.score:.2f}", match.matched, *_cells(match.company)) for match in found.matches]
    table(("score", "matched", *_COLUMNS[2:]), rows)
    if not found.matches:
        say(f"none of {found.names:,} names is alike; that is no proof: ask by USCC")
    return Outcome.DONE


def _file(api: ApiClient, wish: Wish) -> int:
    rows = _rows(Path(wish.what))
    unread = {number: row for number, row in enumerate(rows, 1) if isinstance(row, RowError)}
    refused = 0
    shown: list[tuple[object, ...]] = []
    first = 1
    with progress("screening", len(rows)) as advance:
        for some in _books(rows):
            asked = tuple(AskedRow() if isinstance(row, RowError) else row for row in some)
            raw = api.post("/v1/screenings", canonical(Book(companies=asked)))
            _keep(wish, raw, added=first > 1)
            book = msgspec.json.decode(raw, type=ScreenedBook)
            refused += book.summary.refused
            for row in book.rows:
                number = row.row + first - 1
                numbered = msgspec.structs.replace(row, row=number, error=unread.get(number, row.error))
                if wish.as_json:
                    print_json(numbered)
                else:
                    shown += _lines(numbered)
            first += len(some)
            advance(len(some))
    if not wish.as_json:
        table(_COLUMNS, shown)
    say(f"{len(rows):,} rows screened, {refused:,} of them refused")
    return Outcome.REFUSED if refused else Outcome.DONE


def _rows(path: Path) -> list[ScreeningRow]:
    raw = path.read_bytes()
    lines = Lines() if raw.lstrip().startswith(b"{") else CsvLines()
    found: list[ScreeningRow] = lines.take(raw) + lines.end()
    if not found:
        raise WrongUseError(f"{path}: found no rows, expected uscc or name, one company a line")
    return found


def _books(rows: list[ScreeningRow]) -> Iterator[list[ScreeningRow]]:
    rest = iter(rows)
    while some := list(islice(rest, _BOOK)):
        yield some


def _lines(row: ScreenedRow) -> Iterator[tuple[object, ...]]:
    """What is worth a look: not the clear ones, which a book is full of."""
    mark = row.customer_ref or ""
    if row.error:
        yield row.row, mark, "", row.error.detail, "refused", "", ""
    elif row.company and row.company.level != "clear":
        yield row.row, mark, *_cells(row.company)
    for match in row.matches or ():
        uscc, name, *rest = _cells(match.company)
        yield row.row, mark, uscc, f"{name} ({match.score:.2f})", *rest


def _cells(company: Company) -> tuple[Any, ...]:
    reasons = "; ".join(f"{reason.authority} {reason.document_no}" for reason in company.reasons)
    return company.uscc, company.name or "", words.level(company.level), company.since or "", reasons


def _keep(wish: Wish, raw: bytes, added: bool = False) -> None:
    if wish.save:
        with wish.save.open("ab" if added else "wb") as file:
            file.write(raw + b"\n")
