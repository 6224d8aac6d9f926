"""`screen`: one company by code or name, or a file in batches of a few thousand rows, through the HTTP service."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
import typer

from cli.shared import words
from cli.shared.exit_code import ExitCode
from cli.shared.options import AsJson
from cli.shared.tables import table
from cli.shared.terminal import print_json, progress, say
from consumers.books import customers
from consumers.books.customers import ScreeningRow
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

_ROWS_PER_CALL = 2000
_COLUMNS = ("line", "your reference", "uscc", "name", "level", "since", "reasons")


def screen(
    query: Annotated[
        str,
        typer.Argument(metavar="USCC|NAME|FILE", help="A code, a company's name, or a file: CSV, xlsx, JSON lines."),
    ],
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DAY", help="A USCC's level at the end of a day.")
    ] = None,
    known_at: Annotated[
        str | None, typer.Option("--known-at", metavar="INSTANT", help="As it was known then; with a time zone.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="FILE", help="Keep the answers with their receipts there.")
    ] = None,
    as_json: AsJson = False,
) -> int | None:
    """Check whether companies are on the list, over HTTP.

    LIANCHENG_API_KEY is the key. Exit code 2 if a row of the file was refused.
    """
    settings = Settings()
    if settings.api_key is None:
        raise WrongUseError("LIANCHENG_API_KEY: expected a bank's key, as `liancheng bank rotate-key` shows it once")
    with ApiClient(settings) as api:
        if Path(query).is_file():
            return _screen_file(api, Path(query), save, as_json)
        uscc, _ = check_uscc(query)
        if uscc or looks_like_code(query):
            times = {name: value for name, value in (("as_of", as_of), ("known_at", known_at)) if value}
            raw = api.get(f"/v1/companies/{quote(uscc or query, safe='')}", times)
        elif as_of or known_at:
            raise WrongUseError("--as-of and --known-at: expected a USCC; a name is searched on the list as it is now")
        else:
            raw = api.get("/v1/companies", {"name": query})
    _keep(save, raw)
    if as_json:
        print_json(msgspec.Raw(raw))
    elif uscc or looks_like_code(query):
        _print_company(msgspec.json.decode(raw, type=CompanyAnswer))
    else:
        _print_matches(msgspec.json.decode(raw, type=NamesAnswer))
    return None


def _print_company(answer: CompanyAnswer) -> None:
    table(_COLUMNS[2:], [_cells(answer)])
    if answer.position:
        say(f"the list is complete to {answer.position.complete_to}, {answer.position.age_s} s old")
    elif answer.past:
        say(f"as of the end of {answer.past.as_of}")


def _print_matches(answer: NamesAnswer) -> None:
    rows = [(f"{match.score:.2f}", match.matched, *_cells(match.company)) for match in answer.matches]
    table(("score", "matched", *_COLUMNS[2:]), rows)
    if not answer.matches:
        say(f"none of {answer.names:,} names is similar; that is no proof: screen by USCC")


def _screen_file(api: ApiClient, path: Path, save: Path | None, as_json: bool) -> int:
    rows, line_numbers, notes = customers.read(path.read_bytes(), str(path))
    for note in notes:
        say(note)
    unreadable = {number: row for number, row in enumerate(rows, 1) if isinstance(row, RowError)}
    refused = 0
    cells: list[tuple[object, ...]] = []
    done = 0
    with progress("rows screened", len(rows)) as advance:
        for batch in _batches(rows):
            companies = tuple(AskedRow() if isinstance(row, RowError) else row for row in batch)
            raw = api.post("/v1/screenings", canonical(Book(companies=companies)))
            _keep(save, raw, append=done > 0)
            answer = msgspec.json.decode(raw, type=ScreenedBook)
            refused += answer.summary.refused
            for row in answer.rows:
                number = row.row + done
                numbered = msgspec.structs.replace(row, row=number, error=unreadable.get(number, row.error))
                if as_json:
                    print_json(numbered)
                else:
                    cells += _lines(numbered, line_numbers[number - 1])
            done += len(batch)
            advance(len(batch))
    if not as_json:
        table(_COLUMNS, cells)
    say(f"{len(rows):,} rows screened, {refused:,} of them refused")
    return ExitCode.REFUSED if refused else ExitCode.DONE


def _batches(rows: list[ScreeningRow]) -> Iterator[list[ScreeningRow]]:
    rest = iter(rows)
    while batch := list(islice(rest, _ROWS_PER_CALL)):
        yield batch


def _lines(row: ScreenedRow, line: int) -> Iterator[tuple[object, ...]]:
    """What is worth a look: not the clear companies, of which a book is full."""
    reference = row.customer_ref or ""
    if row.error:
        yield line, reference, "", row.error.detail, "refused", "", ""
    elif row.company and row.company.level != "clear":
        yield line, reference, *_cells(row.company)
    for match in row.matches or ():
        uscc, name, *rest = _cells(match.company)
        yield line, reference, uscc, f"{name} ({match.score:.2f})", *rest


def _cells(company: Company) -> tuple[Any, ...]:
    reasons = "; ".join(f"{reason.authority} {reason.document_no}" for reason in company.reasons)
    return company.uscc, company.name or "", words.level(company.level), company.since or "", reasons


def _keep(save: Path | None, raw: bytes, append: bool = False) -> None:
    if save:
        with save.open("ab" if append else "wb") as file:
            file.write(raw + b"\n")
