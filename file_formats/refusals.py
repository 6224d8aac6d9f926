"""Every reason why a file, or a row of one, is refused before its contents are judged: one code, one wording each."""

from collections.abc import Sequence

from liancheng.errors import WrongUseError
from liancheng.records.facts import Finding
from liancheng.text import findings

_TEXTS = {
    "empty": "the file is empty, expected a table or JSON lines: check that it was saved",
    "no-rows": "found no rows, expected at least one below the header",
    "kind": "this looks like {kind}, expected a table in CSV or xlsx, or JSON lines: {remedy}",
    "encoding": (
        "byte {byte} ({value}, on line {line}) is not {encoding}: "
        "save the file again as CSV UTF-8, and check that line first"
    ),
    "mixed": (
        "the text from byte {byte} (on line {line}) is UTF-8, but the file is GB18030: "
        "save both parts in one encoding, best as CSV UTF-8"
    ),
    "header": (
        "found the columns {columns}, expected {needed} among them: "
        "the headers must be in one of the first {within} rows"
    ),
    "doubled": "found {field} in {count} columns, {columns}, expected one: remove the others",
    "not-csv": (
        "line {line}: {reason}; {count} rows are broken like this, expected CSV, with every cell that holds a comma, "
        "a quote or a line break in quotes"
    ),
    "locked": "the workbook is locked by a password: save it without one and send that",
    "damaged": (
        "this looks like an Excel workbook but cannot be read ({reason}): copy the table into a new workbook in Excel "
        "or WPS, save it as xlsx and send that"
    ),
    "no-sheet": "found no visible sheet with anything on it, expected a table",
    "json-array": "found a JSON array, expected one object a line: convert it with `jq -c '.[]'`",
    "json-lines": "found an object over several lines, expected one a line: convert it with `jq -c .`",
}


class FileRefusedError(WrongUseError):
    """A whole file that cannot be read. `code` is stable; `values` are what its text names."""

    def __init__(self, name: str, code: str, **values: object) -> None:
        super().__init__(f"{name}: {_TEXTS[code].format(**values)}")
        self.code = code
        self.values = values


def broken_row(reason: str) -> Finding:
    """A row that is not CSV. Its text is not repeated: any of its cells may be about a person."""
    remedy = 'put a cell that holds a quote into quotes, and write "" for each quote in it'
    return findings.error("row", "row.broken", "", f"a row of CSV; {reason}", remedy)


def uneven_row(cells: Sequence[str], width: int) -> Finding | None:
    """A row with more cells than the header, or fewer: any of them may be under the wrong header."""
    if len(cells) == width or (len(cells) > width and not any(cell.strip() for cell in cells[width:])):
        return None
    remedy = "put a cell that holds a comma or a line break into quotes, and add the commas that are missing"
    return findings.error("row", "row.length", f"{len(cells)} cells", f"{width}, as the header has", remedy)


def broken_object(reason: str) -> Finding:
    """A line of JSON that is not an object with text values."""
    return findings.error("row", "row.json", "", f'an object a line, as {{"uscc": "…"}}; {reason}', "correct the JSON")
